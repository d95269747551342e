import { writeFileSync } from 'node:fs';
import * as operations from '../../src/cli/operations/index.ts';
import * as clientOperations from '../../src/client/operations.ts';
import { sha256 } from '../../src/server/config/trusted-documents.ts';

/** Writes the operations of `epic`, by the SHA-256 of their text, for EPIC_TRUSTED_DOCUMENTS. */
export function writeTrustedDocuments(file: string): void {
  const documents = Object.fromEntries(
    Object.values({ ...clientOperations, ...operations })
      // The others are enums.
      .filter((operation) => typeof operation === 'string')
      .map((text) => [sha256(text), text])
      .sort(),
  );
  writeFileSync(file, `${JSON.stringify(documents, null, 2)}\n`);
}
