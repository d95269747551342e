import { stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { DatabaseError } from 'pg';
import { databasePath, runSqlFile, sqlFilesIn } from '../../database/sql-file.ts';
import { OperatorError } from '../../errors/errors.ts';
import { runTestFile, type TestResult } from './run.ts';
import { adminUrlOf, createClone, type ScratchServer, withConnection } from './server.ts';

const testFolder = databasePath('..', 'tests', 'sql');
const catalogueFolder = join(testFolder, 'catalogue');
const WORKERS = 2;

/** The files named, or all of tests/sql: first those that try what a role may do, then those that read the catalogue. */
export async function findTestFiles(named: readonly string[]): Promise<string[]> {
  if (!(await exists(join(testFolder, 'support')))) {
    throw new OperatorError(
      `The tests are not part of this installation: there is no ${testFolder}.`,
      'Run this in a checkout of the source.',
    );
  }
  for (const file of named) {
    if (!(await exists(file))) throw new OperatorError(`There is no file ${file}.`);
  }
  if (named.length > 0) return named.map((file) => resolve(file));
  return [...(await sqlFilesIn(testFolder)), ...(await sqlFilesIn(catalogueFolder))];
}

/** Whether a file tests what the catalogue says, rather than what happens. */
export function readsCatalogue(file: string): boolean {
  return dirname(file) === catalogueFolder;
}

/** The path of a file relative to the working directory. */
export function nameOf(file: string): string {
  return relative('.', file);
}

/** Creates a clone of the template in which tests/sql can run. Returns its name. */
export async function prepareForTests(server: ScratchServer): Promise<string> {
  const prepared = `${server.template}_sql`;
  await createClone(server, prepared);
  await withConnection(adminUrlOf(server, prepared), async (client) => {
    for (const file of await sqlFilesIn(join(testFolder, 'support'))) {
      await runSqlFile(client, file).catch((error) => {
        throw isMissingPgTap(error) ? missingPgTap(error) : error;
      });
    }
    // pgTAP adds a thousand functions to the catalogue
    await client.query('analyze');
  });
  return prepared;
}

/** Runs the files on two databases at once, and reports the results in the order of the files. */
export async function runSuite(
  server: ScratchServer,
  files: readonly string[],
  interrupted: AbortSignal,
  onResults: (file: string, results: TestResult[]) => void,
): Promise<void> {
  const prepared = await prepareForTests(server);
  // a database per worker: files roll back, but two at once could wait for each other's locks
  for (let nth = 0; nth < WORKERS; nth++) await createClone(server, `${prepared}_${nth}`, prepared);

  const ended = new Map<string, TestResult[]>();
  const pending = [...files];
  await runConcurrently(files, WORKERS, interrupted, async (file, nth) => {
    ended.set(file, await runTestFile(adminUrlOf(server, `${prepared}_${nth}`), file));
    for (let next = pending[0]; next !== undefined; next = pending[0]) {
      const results = ended.get(next);
      if (results === undefined) break;
      onResults(next, results);
      pending.shift();
    }
  });
}

function isMissingPgTap(error: unknown): boolean {
  if (!(error instanceof OperatorError) || !(error.cause instanceof DatabaseError)) return false;
  return /extension "pgtap"/.test(error.cause.message);
}

function missingPgTap(cause: unknown): OperatorError {
  return new OperatorError(
    'The server has no pgTAP, the extension that the tests are written with.',
    "Install it there; on Debian it is the package postgresql-VERSION-pgtap, with the server's version.",
    cause,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Runs the work on every item, several at a time. After an error or an interruption it starts no more, and rejects once
 * what is running has ended.
 */
export async function runConcurrently<Item>(
  items: readonly Item[],
  jobs: number,
  interrupted: AbortSignal,
  work: (item: Item, nth: number) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const worker = async (nth: number) => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      interrupted.throwIfAborted();
      await work(item, nth);
    }
  };
  const workers = Array.from({ length: jobs }, (_, nth) =>
    worker(nth).catch((error) => {
      waiting.length = 0;
      throw error;
    }),
  );
  const failed = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
