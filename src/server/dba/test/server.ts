import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Client } from 'pg';
import { closeOtherDatabases, deploy } from '../../database/deploy/deploy.ts';
import { missingRoles } from '../../database/deploy/roles.ts';
import { openCluster } from '../../database/embedded/cluster.ts';
import { databasePath, runSqlFile } from '../../database/sql-file.ts';
import { OperatorError } from '../../errors/errors.ts';
import { makeFolderInMemory, removeFolder } from './folder.ts';

/** A PostgreSQL server for scratch databases. Plain data. */
export interface ScratchServer {
  /** A superuser's connection string. Holds a password: never printed. */
  adminUrl: string;
  /** A deployed database from which the others are cloned. */
  template: string;
}

const say = (line: string) => process.stderr.write(`${line}\n`);

/**
 * Starts an embedded PostgreSQL, or uses the server of `databaseUrl`, where `stop` drops the scratch databases. Deploys
 * db/ to the template.
 */
export async function openScratchServer(
  databaseUrl: string | undefined,
): Promise<ScratchServer & { stop(): Promise<void> }> {
  const template = `epic_test_${process.pid}_${randomBytes(3).toString('hex')}`;
  const opened =
    databaseUrl === undefined ? await startCluster() : await useServer(databaseUrl, template);
  const { adminUrl, stop } = opened;
  try {
    await prepareTemplate({ adminUrl, template });
    if (databaseUrl === undefined) await closeOtherDatabases(adminUrl);
    return { adminUrl, template, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A superuser's connection string for one database of the server. */
export function adminUrlOf({ adminUrl }: ScratchServer, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Copies a database without connections, by default the template. */
export async function createClone(
  server: ScratchServer,
  name: string,
  original = server.template,
): Promise<void> {
  await withConnection(server.adminUrl, async (client) => {
    await client.query(
      `create database ${name} template ${original} owner epic_owner strategy file_copy`,
    );
    // PostgreSQL does not copy the grants on the database itself.
    const { rows } = await client.query<{ statement: string }>(
      `select format('revoke all on database %I from public', $1::text) as statement
       union all
       select format('grant %s on database %I to %s', privilege_type, $1::text,
                case grantee when 0 then 'public' else grantee::regrole::text end)
       from pg_database cross join aclexplode(coalesce(datacl, acldefault('d', datdba)))
       where datname = $2 and grantee <> datdba`,
      [name, original],
    );
    for (const { statement } of rows) await client.query(statement);
  });
}

export async function dropDatabase(server: ScratchServer, name: string): Promise<void> {
  await withConnection(server.adminUrl, async (client) => {
    await client.query(`drop database if exists ${name} with (force)`);
  });
}

/** Runs `work` with a connection of its own. */
export async function withConnection<Result>(
  url: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: url, application_name: 'epic-server policies' });
  // a broken connection also rejects its query
  client.on('error', () => undefined);
  try {
    await client.connect();
    // compiling a query about the catalogue takes longer than running it
    await client.query('set jit = off');
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function startCluster() {
  const folder = await makeFolderInMemory();
  try {
    const cluster = await openCluster({
      dataFolder: join(folder, 'cluster'),
      durable: false,
      settings: await unpackPgTap(join(folder, 'pgtap')),
      say,
    });
    const stop = async () => {
      await cluster.close();
      await removeFolder(folder);
    };
    return { adminUrl: cluster.adminUrl('postgres'), stop };
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

async function useServer(adminUrl: string, template: string) {
  const isSuperuser = await withConnection(adminUrl, async (client) => {
    const { rows } = await client.query<{ rolsuper: boolean }>(
      'select rolsuper from pg_roles where rolname = current_user',
    );
    return rows[0]?.rolsuper === true;
  }).catch((cause) => {
    throw new OperatorError(
      `The server for the tests cannot be reached: ${cause.message}.`,
      'Check the address after --database, or in EPIC_TEST_DATABASE_URL.',
      cause,
    );
  });
  if (!isSuperuser) {
    throw new OperatorError(
      'The tests act as every role in turn, and so need the login of a superuser.',
      'Name one in the address after --database, or in EPIC_TEST_DATABASE_URL. Without either they run on an embedded PostgreSQL, which serves where there is no superuser.',
    );
  }
  return { adminUrl, stop: () => dropAll({ adminUrl, template }) };
}

// Roles belong to the whole server. Existing ones stay as they are; the tests check them.
async function prepareTemplate(server: ScratchServer): Promise<void> {
  await withConnection(server.adminUrl, async (client) => {
    if ((await missingRoles(client)).length > 0)
      await runSqlFile(client, databasePath('roles.sql'));
    await client.query(
      `create database ${server.template} owner epic_owner template template0 encoding 'UTF8'`,
    );
  });
  await deploy({ adminUrl: adminUrlOf(server, server.template), rolesToo: false, say });
}

// the template and all its clones
async function dropAll(server: ScratchServer): Promise<void> {
  const names = await withConnection(server.adminUrl, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [server.template],
    );
    return rows.map(({ datname }) => datname);
  });
  for (const name of names) await dropDatabase(server, name);
}

/** Unpacks pgTAP into a folder. Returns the setting by which PostgreSQL finds it. */
export async function unpackPgTap(folder: string): Promise<Record<string, string>> {
  const tar = await promisify(gunzip)(await readFile(locateArchive()));
  for (const { name, content } of filesOf(tar)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return { extension_control_path: `$system:${join(folder, 'share', 'postgresql')}` };
}

function locateArchive(): string {
  try {
    const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite-pgtap');
    return entry.replace(/index\.c?js$/, 'pgtap.tar.gz');
  } catch (cause) {
    throw new OperatorError(
      'The tests need pgTAP, which this installation does not have.',
      'Install the development dependencies (npm ci), or name a server that has pgTAP with --database.',
      cause,
    );
  }
}

// a tar file is a sequence of 512-byte blocks: for each file a header, then its content
function* filesOf(tar: Buffer): Generator<{ name: string; content: Buffer }> {
  const text = (start: number, length: number) =>
    tar.toString('utf8', start, start + length).replace(/\0.*$/s, '');
  for (let header = 0; text(header, 100) !== ''; ) {
    const size = Number.parseInt(text(header + 124, 12), 8);
    const isFile = ['0', ''].includes(text(header + 156, 1));
    const start = header + 512;
    if (isFile) yield { name: text(header, 100), content: tar.subarray(start, start + size) };
    header = start + Math.ceil(size / 512) * 512;
  }
}
