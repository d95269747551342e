// node scripts/migration.ts COMMAND…: runs graphile-migrate on a temporary PostgreSQL, with every committed migration.
//
//   node scripts/migration.ts watch --once                    applies db/migrations/current.sql
//   node scripts/migration.ts commit --message 'vat number'   makes it the next file of db/migrations/committed
//   node scripts/migration.ts uncommit                        moves the last one back to current.sql

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { prepareServer } from '../src/server/database/deploy/deploy.ts';
import { openCluster } from '../src/server/database/embedded/cluster.ts';
import { makeTemporaryFolder, removeFolder } from '../tests/support/temporary-folder.ts';

const root = join(import.meta.dirname, '..');
const database = 'migration';

const folder = await makeTemporaryFolder();
const cluster = await openCluster({
  dataFolder: join(folder, 'cluster'),
  durable: false,
  say: () => {},
});
try {
  await prepareServer({
    serverUrl: cluster.adminUrl('postgres'),
    database,
    passwords: cluster.passwords,
  });
  await graphileMigrate(['migrate']);
  process.exitCode = await graphileMigrate(process.argv.slice(2));
} finally {
  await cluster.close();
  await removeFolder(folder);
}

async function graphileMigrate(args: readonly string[]): Promise<number> {
  const program = join(root, 'node_modules/graphile-migrate/dist/cli.js');
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      // so that epic_owner owns what is made
      DATABASE_URL: `${cluster.adminUrl(database)}?options=-crole%3Depic_owner`,
      SHADOW_DATABASE_URL: cluster.adminUrl(`${database}_shadow`),
      ROOT_DATABASE_URL: cluster.adminUrl('postgres'),
    },
  });
  const [code] = await once(child, 'close');
  return code ?? 1;
}
