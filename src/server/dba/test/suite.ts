import { stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { DatabaseError } from 'pg';
import { databasePath, runSqlFile, sqlFilesIn } from '../../database/sql-file.ts';
import { OperatorError } from '../../errors/errors.ts';
import { runTestFile } from './run.ts';
import { adminUrlOf, createClone, type ScratchServer, withConnection } from './server.ts';
import type { TestResult } from './tap.ts';
import { workTogether } from './workers.ts';

const testFolder = databasePath('..', 'tests', 'sql');
const WORKERS = 2;

/** The files named, or all of tests/sql. */
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
  return named.length > 0 ? named.map((file) => resolve(file)) : sqlFilesIn(testFolder);
}

/** The name of a file as a person would type it here. */
export function nameOf(file: string): string {
  return relative('.', file);
}

/** Makes a clone of the template in which the files of tests/sql can run, and gives its name. */
export async function prepareForTests(server: ScratchServer): Promise<string> {
  const prepared = `${server.template}_sql`;
  await createClone(server, prepared);
  await withConnection(adminUrlOf(server, prepared), async (client) => {
    for (const file of await sqlFilesIn(join(testFolder, 'support'))) {
      await runSqlFile(client, file).catch((error) => {
        throw isMissingPgTap(error) ? missingPgTap(error) : error;
      });
    }
    // The tools read the catalogue, which pgTAP has just filled with a thousand functions.
    await client.query('analyze');
  });
  return prepared;
}

/** Runs the files on two databases at once, and tells of each file as it ends, in the order in which they are given. */
export async function runSuite(
  server: ScratchServer,
  files: readonly string[],
  interrupted: AbortSignal,
  tell: (file: string, results: TestResult[]) => void,
): Promise<void> {
  const prepared = await prepareForTests(server);
  // Every worker has a database of its own: the files roll back what they do, but two files at once could wait for
  // each other's rows.
  for (let nth = 0; nth < WORKERS; nth++) await createClone(server, `${prepared}_${nth}`, prepared);

  const ended = new Map<string, TestResult[]>();
  const untold = [...files];
  await workTogether(files, WORKERS, interrupted, async (file, nth) => {
    ended.set(file, await runTestFile(adminUrlOf(server, `${prepared}_${nth}`), file));
    for (let next = untold[0]; next !== undefined; next = untold[0]) {
      const results = ended.get(next);
      if (results === undefined) break;
      tell(next, results);
      untold.shift();
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
