// Writes docs/access-matrix.md from the catalogue of a deployed database: node scripts/write-access-matrix.ts
// With --check it writes nothing and fails when the file is not what the database gives.

import { resolve } from 'node:path';
import { Client } from 'pg';
import { matrixDocument } from '../src/server/policies/matrix/document.ts';
import { markdownOf } from '../src/server/policies/matrix/markdown.ts';
import { readMatrix, select } from '../src/server/policies/matrix/matrix.ts';
import { adminUrlOf, startTestServer } from '../tests/support/test-server.ts';
import { writeOrCheck } from './generated-file.ts';

const { stop, ...server } = await startTestServer();
try {
  await writeOrCheck({
    path: resolve(import.meta.dirname, '..', 'docs', 'access-matrix.md'),
    content: await matrixOf(adminUrlOf(server, server.template)),
    meaning: 'Who may do what has changed:',
    remedy: 'npm run matrix, and check it in.',
  });
} finally {
  await stop();
}

async function matrixOf(url: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return markdownOf(matrixDocument(select(await readMatrix(client))));
  } finally {
    await client.end();
  }
}
