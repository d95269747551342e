// Runs tests/sql (or the files named) through pgTAP, without psql: node scripts/test-sql.ts [FILE…]

import { basename, join, relative, resolve } from 'node:path';
import { Client } from 'pg';
import { runSqlFile, sqlFilesIn } from '../src/server/database/sql-file.ts';
import { OperatorError } from '../src/server/errors.ts';
import { readTap, type TapReport } from '../tests/support/tap.ts';
import {
  adminUrlOf,
  createClone,
  dropDatabase,
  startTestServer,
  type TestServer,
} from '../tests/support/test-server.ts';

const WORKERS = 2;
const testFolder = resolve(import.meta.dirname, '..', 'tests', 'sql');

const named = process.argv.slice(2).map((file) => resolve(file));
const files = named.length > 0 ? named : await sqlFilesIn(testFolder);

const { stop, ...server } = await startTestServer();
try {
  const { passed, failed } = await runAll(server, files);
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  process.stdout.write(`${error.message}\n${error.remedy ?? ''}\n\n0 passed, 1 failed\n`);
  process.exitCode = 1;
} finally {
  await stop();
}

// Every worker has a database of its own: the files roll back what they do, but two files at once
// could wait for each other's rows.
async function runAll(server: TestServer, files: string[]) {
  const prepared = `${server.template}_sql`;
  await createClone(server, prepared);
  await withClient(server, prepared, async (client) => {
    for (const file of await sqlFilesIn(join(testFolder, 'support')))
      await runSqlFile(client, file);
  });

  const totals = { passed: 0, failed: 0 };
  const queue = [...files];
  const work = async (database: string) => {
    await createClone(server, database, prepared);
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const report = await withClient(server, database, (client) => runFile(client, file));
      totals.passed += report.passed;
      totals.failed += report.failures.length;
      print(file, report);
    }
    await dropDatabase(server, database);
  };
  const workers = Array.from({ length: WORKERS }, (_, index) => work(`${prepared}_${index}`));
  await Promise.all(workers);
  await dropDatabase(server, prepared);
  return totals;
}

async function runFile(client: Client, file: string): Promise<TapReport> {
  const output: { line: number; text: string }[] = [];
  try {
    await runSqlFile(client, file, ({ rows }, line) => {
      for (const value of rows.flatMap((row) => Object.values(row))) {
        if (typeof value === 'string') output.push({ line, text: value });
      }
    });
    return readTap(output);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const { passed, failures } = readTap(output);
    const line = Number(/:(\d+): /.exec(error.message)?.[1] ?? 1);
    const message = error.message.replace(/^.*?:\d+: /, 'error: ');
    const text = [message, error.remedy].filter(Boolean).join('\n');
    // The plan was not met because of the error, and that is one failure, not two.
    return { passed, failures: [...failures.filter(isTest), { passed: false, line, text }] };
  }
}

function isTest({ text }: { text: string }): boolean {
  return /^not ok \d/.test(text);
}

function print(file: string, { passed, failures }: TapReport): void {
  const mark = failures.length > 0 ? '✗' : '✓';
  process.stdout.write(`${mark} ${basename(file, '.sql')} (${passed + failures.length})\n`);
  for (const { line, text } of failures) {
    const place = `${relative('.', file)}:${line}`;
    process.stdout.write(`\n    ${[place, ...text.split('\n')].join('\n    ')}\n\n`);
  }
}

async function withClient<Result>(
  server: TestServer,
  database: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: adminUrlOf(server, database) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
