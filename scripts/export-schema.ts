// Writes schema.graphql from the database: node scripts/export-schema.ts
// With --check it writes nothing and fails when the file is not what the database gives.

import { readFile, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';

process.env.GRAPHILE_ENV ??= 'production';
const { lexicographicSortSchema, printSchema } = await import('postgraphile/graphql');
const { createPool } = await import('../src/server/database/pool.ts');
const { createWithSession } = await import('../src/server/database/session-adaptor.ts');
const { createApi } = await import('../src/server/graphql/api.ts');
const { createSessions } = await import('../src/server/identity/sessions.ts');
const { authenticatorUrlOf, startTestServer } = await import('../tests/support/test-server.ts');

const file = resolve(import.meta.dirname, '..', 'schema.graphql');
const name = relative(process.cwd(), file);

const { stop, ...server } = await startTestServer();
try {
  const current = await schemaOf(authenticatorUrlOf(server, server.template));
  if (process.argv.includes('--check')) {
    check(await readFile(file, 'utf8').catch(() => ''), current);
  } else {
    await writeFile(file, current);
    process.stdout.write(`${name} is written.\n`);
  }
} finally {
  await stop();
}

async function schemaOf(databaseUrl: string): Promise<string> {
  const pool = createPool({ databaseUrl, onLostConnection: () => {} });
  const noTokens = () => {
    throw new Error('Nobody logs in here.');
  };
  const sessions = createSessions(createWithSession(pool), { sign: noTokens, verify: noTokens });
  try {
    const { schema } = await createApi({ pool, sessions, report: () => {} });
    return `${printSchema(lexicographicSortSchema(schema))}\n`;
  } finally {
    await pool.end();
  }
}

function check(stored: string, current: string): void {
  if (stored === current) {
    process.stdout.write(`${name} is what the database gives.\n`);
    return;
  }
  const storedLines = stored.split('\n');
  const currentLines = current.split('\n');
  const gone = storedLines.filter((line) => !currentLines.includes(line));
  const added = currentLines.filter((line) => !storedLines.includes(line));
  process.stderr.write(
    `${[
      `${name} is not what the database gives. Its API changed:`,
      ...gone.slice(0, 20).map((line) => `  - ${line.trim()}`),
      ...added.slice(0, 20).map((line) => `  + ${line.trim()}`),
      'If that is meant: npm run schema, then npm run operations, and check both in.',
    ].join('\n')}\n`,
  );
  process.exitCode = 1;
}
