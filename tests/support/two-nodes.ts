import { execFile } from 'node:child_process';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openDataFolder } from '../../src/server/database/embedded/folder.ts';
import type { LoginUrls } from '../../src/server/database/logins.ts';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { createFiles, createNode, loginUrlsAt, type PostgresNode } from './postgres.ts';
import { makeTemporaryFolder, removeFolder } from './temporary-folder.ts';

const say = () => undefined;

/** A primary and its standby, with a deployed database. */
export interface TwoNodes {
  primary: PostgresNode;
  standby: PostgresNode;
  /** Signing keys, for servers that share them. */
  keysFile: string;
  /** The connection strings of the logins, with these hosts in this order. */
  urlsOf(...nodes: PostgresNode[]): LoginUrls;
  stop(): Promise<void>;
}

/** A commit on the primary waits until the standby has applied it. */
const synchronous = { synchronous_standby_names: '*', synchronous_commit: 'remote_apply' };

/** Starts two nodes, by default with synchronous replication. */
export async function startTwoNodes(
  settings: { primary?: Record<string, string>; standby?: Record<string, string> } = {},
): Promise<TwoNodes> {
  const folder = await makeTemporaryFolder();
  const one = await createFiles(join(folder, 'one'), say);

  // the files of a server that was shut down are a base backup
  const data = await openDataFolder(join(folder, 'two'), say);
  await promisify(execFile)('cp', ['-a', one.data.pgdata, data.path]);
  const two = { ...one, data };

  const primary = await createNode(one, { fsync: 'off', ...(settings.primary ?? synchronous) });
  await primary.start();
  const conninfo = `host=127.0.0.1 port=${primary.port} user=postgres password=${one.secrets.superuser}`;
  await appendFile(join(data.pgdata, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
  await writeFile(join(data.pgdata, 'standby.signal'), '');
  const standby = await createNode(two, { fsync: 'off', ...settings.standby });
  await standby.start();

  const keysFile = join(folder, 'keys.json');
  await writeFile(keysFile, JSON.stringify(generateJwks()), { mode: 0o600 });
  return {
    primary,
    standby,
    keysFile,
    urlsOf: (...nodes) => loginUrlsAt(one.secrets, nodes),
    async stop() {
      await Promise.all([primary.kill('SIGQUIT'), standby.kill('SIGQUIT')]);
      await removeFolder(folder);
    },
  };
}
