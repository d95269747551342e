// Lists the operations of `epic` for EPIC_TRUSTED_DOCUMENTS: node scripts/write-trusted-documents.ts [FILE]
// Without FILE it writes dist/epic-operations.json. Add the operations of other programs to the same object.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as operations from '../src/cli/operations/index.ts';
import * as clientOperations from '../src/client/operations.ts';
import { sha256 } from '../src/server/config/trusted-documents.ts';

const [file = resolve(import.meta.dirname, '../dist/epic-operations.json')] = process.argv.slice(2);

const documents = Object.fromEntries(
  Object.values({ ...clientOperations, ...operations })
    // The others are enums.
    .filter((operation) => typeof operation === 'string')
    .map((text) => [sha256(text), text])
    .sort(),
);
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(documents, null, 2)}\n`);
