import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openDataFolder } from '../database/embedded/folder.ts';
import { OperatorError } from '../errors/errors.ts';

/** Where the demo company is kept, unless EPIC_DATA names another folder. */
export const defaultDemoFolder = '.epic/demo';

const marker = 'demo-company';

/**
 * Makes the folder of the demo company, or checks the one that is there: `--fresh` drops the database in it, so that
 * has to be a demo's.
 * @throws OperatorError
 */
export async function openDemoFolder(wanted: string): Promise<void> {
  const { path, pgdata } = await openDataFolder(wanted, () => {});
  const isDefault = resolve(wanted) === resolve(defaultDemoFolder);
  if (existsSync(pgdata) && !isDefault && !existsSync(join(path, marker))) {
    throw new OperatorError(
      `The folder ${resolve(wanted)} holds a database that is not a demo company.`,
      'Name another one with EPIC_DATA, or leave it out: the demo is then kept in .epic/demo.',
    );
  }
  writeFileSync(join(path, marker), '');
}
