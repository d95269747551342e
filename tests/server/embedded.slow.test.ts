import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Cluster, openCluster } from '../../src/server/database/embedded/cluster.ts';
import { OperatorError } from '../../src/server/errors/errors.ts';
import { ensureDefaultKeys } from '../../src/server/identity/key-file.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

const isRoot = process.getuid?.() === 0;

let temporary: string;
let dataFolder: string;
const opened: Cluster[] = [];
const owners: ChildProcess[] = [];

beforeAll(async () => {
  temporary = await makeTemporaryFolder();
});

// Most tests leave the folder as they found it, and making a new one takes a second.
beforeEach(() => {
  dataFolder = join(temporary, 'a path', 'with spaces');
});

afterEach(async () => {
  for (const owner of owners.splice(0)) owner.kill('SIGKILL');
  for (const cluster of opened.splice(0)) await cluster.close();
});

afterAll(async () => {
  await removeFolder(temporary);
});

function useAnotherFolder(name: string): void {
  dataFolder = join(temporary, name);
}

async function open({ durable = false } = {}): Promise<Cluster> {
  const cluster = await openCluster({ dataFolder, durable, say: () => undefined });
  opened.push(cluster);
  return cluster;
}

/** Opens the data folder in another process, which keeps it. */
async function openElsewhere(): Promise<ChildProcess> {
  const program = resolve(import.meta.dirname, '..', 'support', 'cluster-owner.ts');
  const owner = spawn(process.execPath, [program, dataFolder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  owners.push(owner);
  await once(owner.stdout ?? owner, 'data');
  return owner;
}

async function query(cluster: Cluster, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: cluster.adminUrl('postgres') });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

async function postmasterPid(): Promise<number> {
  return Number.parseInt(
    await readFile(join(dataFolder, 'postgres', 'postmaster.pid'), 'utf8'),
    10,
  );
}

// A process that has ended but is not yet forgotten has no command line.
async function hasEnded(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command === '';
}

async function untilEnded(pid: number): Promise<void> {
  while (!(await hasEnded(pid))) await sleep(10);
}

const modeOf = async (...names: string[]): Promise<string> =>
  ((await stat(join(dataFolder, ...names))).mode & 0o777).toString(8);

describe('the embedded PostgreSQL', () => {
  test('the embedded PostgreSQL keeps a private folder and listens on the loopback address only', async () => {
    const cluster = await open();

    expect(await modeOf()).toBe(isRoot ? '710' : '700');
    expect(await modeOf('postgres')).toBe('700');
    expect(await modeOf('passwords.json')).toBe('600');
    expect(await modeOf('postgres.log')).toBe('600');
    const settings = await query(
      cluster,
      `select current_setting('listen_addresses'), current_setting('unix_socket_directories'),
              current_setting('server_encoding'), current_setting('timezone'),
              current_setting('password_encryption')`,
    );
    expect(settings).toEqual(['127.0.0.1', '', 'UTF8', 'UTC', 'scram-sha-256']);
    // A checkout that is closed to PostgreSQL's account has the programs copied here.
    const names = (await readdir(dataFolder)).filter((name) => !name.startsWith('postgresql-'));
    expect(names.sort()).toEqual(['passwords.json', 'postgres', 'postgres.log']);
  });

  test('the embedded PostgreSQL is durable by default', async () => {
    const cluster = await openCluster({ dataFolder, say: () => undefined });
    opened.push(cluster);

    expect(await query(cluster, 'show fsync')).toEqual(['on']);
  });

  test('the embedded PostgreSQL keeps its data and passwords between starts', async () => {
    const first = await open();
    await query(first, 'create table kept as select 42 as answer');
    await first.close();

    const second = await open();

    expect(await query(second, 'select answer from kept')).toEqual([42]);
    expect(second.passwords).toEqual(first.passwords);
  });

  test('the embedded PostgreSQL of a version without a login for the queue gets a password for it, and keeps it', async () => {
    const first = await open();
    await first.close();
    const file = join(dataFolder, 'passwords.json');
    const { worker: _, ...others } = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify(others), { mode: 0o600 });

    const { passwords } = await open();

    expect(passwords).toEqual({ ...others, worker: expect.stringMatching(/^[\w-]{32}$/) });
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(passwords);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('the embedded PostgreSQL stops when it is closed, once or repeatedly', async () => {
    const cluster = await open();
    const pid = await postmasterPid();

    await Promise.all([cluster.close(), cluster.close()]);

    expect(await hasEnded(pid)).toBe(true);
  });

  test('the embedded PostgreSQL is taken over, still running, from a killed owner', async () => {
    const owner = await openElsewhere();
    const pid = await postmasterPid();
    owner.kill('SIGKILL');

    const cluster = await open();

    expect(await query(cluster, 'select 1')).toEqual([1]);
    expect(await postmasterPid()).toBe(pid);
    await cluster.close();
    await untilEnded(pid);
  });

  test('the embedded PostgreSQL belongs to one process at a time', async () => {
    await openElsewhere();

    const refusal = await open().catch((error) => error);

    expect(refusal).toBeInstanceOf(OperatorError);
    expect(refusal.message).toBe(`The data folder ${dataFolder} is in use by another epic-server.`);
    expect(refusal.hint).toBe('Stop that one, or choose another folder with EPIC_DATA.');
    expect(await hasEnded(await postmasterPid())).toBe(false);
  });

  test('the embedded PostgreSQL belongs to one process even when several create it at once', async () => {
    useAnotherFolder('contested');
    const attempts = await Promise.allSettled([open(), open(), open()]);

    expect(attempts.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(await query(opened[0] as Cluster, 'select 1')).toEqual([1]);
  });

  test('Ctrl-C in the terminal does not reach the embedded PostgreSQL: its owner stops it', async () => {
    const owner = await openElsewhere();
    let output = '';
    owner.stdout?.on('data', (data) => {
      output += data;
    });

    process.kill(-(owner.pid ?? 0), 'SIGINT');

    expect(await once(owner, 'close')).toEqual([0, null]);
    expect(output).toBe('closed\n');
  });

  test('the embedded PostgreSQL starts despite a stale pid file whose pid is in use', async () => {
    await (await open()).close();
    await writeFile(
      join(dataFolder, 'postgres', 'postmaster.pid'),
      `${process.pid}\n${join(dataFolder, 'postgres')}\n1700000000\n5432\n\n127.0.0.1\n`,
    );

    expect(await query(await open(), 'select 1')).toEqual([1]);
  });

  test('the embedded PostgreSQL is initialised again after an interrupted attempt', async () => {
    useAnotherFolder('interrupted');
    const dead = spawn(process.execPath, ['--version']);
    await once(dead, 'close');
    const abandoned = join(dataFolder, `unfinished-${dead.pid}-0badcafe`, 'postgres');
    await mkdir(abandoned, { recursive: true });
    await writeFile(join(abandoned, 'PG_VERSION'), '18\n');
    await writeFile(join(dataFolder, 'passwords.json'), '{"superuser":"a","authenticator":"b"}');

    const cluster = await open();

    expect(await query(cluster, 'select 1')).toEqual([1]);
    expect(await readdir(dataFolder)).not.toContain(`unfinished-${dead.pid}-0badcafe`);
  });

  test('the embedded PostgreSQL reports data of another major version', async () => {
    useAnotherFolder('old');
    await mkdir(join(dataFolder, 'postgres'), { recursive: true });
    await writeFile(join(dataFolder, 'passwords.json'), '{"superuser":"a","authenticator":"b"}');
    await writeFile(join(dataFolder, 'postgres', 'PG_VERSION'), '14\n');

    await expect(open()).rejects.toThrow(
      /^The database in .* was made by PostgreSQL 14, which PostgreSQL 18 cannot read\.$/,
    );
  });

  test('the embedded PostgreSQL refuses a folder that holds other files', async () => {
    useAnotherFolder('letters');
    await mkdir(dataFolder, { recursive: true });
    await writeFile(join(dataFolder, 'letter.txt'), 'Dear Sir');

    await expect(open()).rejects.toThrow(`The folder ${dataFolder} holds other files.`);
    expect(await modeOf()).toBe('755');
  });

  test('the embedded PostgreSQL shows the end of its log when it cannot start', async () => {
    await (await open()).close();
    const settings = join(dataFolder, 'postgres', 'postgresql.auto.conf');
    await writeFile(settings, 'shared_buffers = much\n');
    try {
      await expect(open()).rejects.toThrow(/could not be started[\s\S]*"shared_buffers"/);
    } finally {
      await writeFile(settings, '');
    }
  });

  test('the owner is told when the embedded PostgreSQL ends unexpectedly', async () => {
    const cluster = await open();

    process.kill(await postmasterPid(), 'SIGKILL');

    expect((await cluster.failure).message).toMatch(/^PostgreSQL has ended unexpectedly/);
  });

  // Only root starts PostgreSQL under another account.
  const testAsRoot = isRoot ? test : test.skip;

  testAsRoot(
    'the account that runs PostgreSQL can neither read nor replace the signing keys of root',
    async () => {
      useAnotherFolder('keys');
      const cluster = await open();
      const keys = ensureDefaultKeys(dataFolder);
      const before = await readFile(keys, 'utf8');
      // without a row, as a program that does not read them could end before they are written
      const runs = (command: string) =>
        query(cluster, `copy (select where false) to program '${command}'`);

      await runs(`touch ${dataFolder}/postgres/touched`);
      await expect(query(cluster, `select pg_read_file('${keys}')`)).rejects.toThrow('denied');
      await expect(query(cluster, `copy (select '{}') to '${keys}'`)).rejects.toThrow('denied');
      for (const command of [
        `cat ${keys}`,
        `rm -f ${keys}`,
        `mv -f ${dataFolder}/postgres/touched ${keys}`,
        `mv ${keys} ${keys}.old`,
        `ln -sf ${dataFolder}/postgres/touched ${keys}`,
        `chmod 777 ${dataFolder}`,
        `ls ${dataFolder}`,
        `touch ${dataFolder}/touched`,
      ]) {
        await expect(runs(command)).rejects.toThrow(/program .* failed/);
      }
      expect(await readFile(keys, 'utf8')).toBe(before);
      expect(await modeOf('keys.json')).toBe('600');
    },
  );

  testAsRoot(
    'a folder that root gave to the account of PostgreSQL is taken back, with its keys',
    async () => {
      useAnotherFolder('formerly');
      await (await open()).close();
      const keys = ensureDefaultKeys(dataFolder);
      const before = await readFile(keys, 'utf8');
      const { uid, gid } = await stat(join(dataFolder, 'postgres'));
      await chown(dataFolder, uid, gid);
      await chmod(dataFolder, 0o700);

      expect(await query(await open(), 'select 1')).toEqual([1]);

      expect(await stat(dataFolder)).toMatchObject({ uid: 0, gid });
      expect(await modeOf()).toBe('710');
      expect(await readFile(ensureDefaultKeys(dataFolder), 'utf8')).toBe(before);
    },
  );

  testAsRoot('root uses no keys that another account has made or may replace', async () => {
    useAnotherFolder('foreign');
    await (await open()).close();
    const keys = ensureDefaultKeys(dataFolder);
    const { uid, gid } = await stat(join(dataFolder, 'postgres'));
    const refusal = (path: string) =>
      `${path} belongs to another account than root, which could replace the signing keys.`;

    await chown(keys, uid, gid);
    expect(() => ensureDefaultKeys(dataFolder)).toThrow(refusal(keys));

    // as an ordinary user makes it, whose it stays
    await chown(join(dataFolder, 'passwords.json'), uid, gid);
    await chown(dataFolder, uid, gid);
    await chmod(dataFolder, 0o700);
    expect(await query(await open(), 'select 1')).toEqual([1]);
    expect(await stat(dataFolder)).toMatchObject({ uid, gid });
    expect(await modeOf()).toBe('700');
    expect(() => ensureDefaultKeys(dataFolder)).toThrow(refusal(dataFolder));
  });

  /** Kills one of PostgreSQL's processes, and waits until all of it has begun to start again. */
  async function crash(cluster: Cluster): Promise<void> {
    const log = join(cluster.folder, 'postgres.log');
    const before = (await readFile(log, 'utf8')).length;
    const client = new Client({ connectionString: cluster.adminUrl('postgres') });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query('select pg_backend_pid() as pid');

    process.kill(rows[0].pid, 'SIGKILL');
    while (!(await readFile(log, 'utf8')).slice(before).includes('reinitializing')) await sleep(1);
  }

  test("the embedded PostgreSQL stays its owner's when a backend crashes", async () => {
    const cluster = await open();

    await crash(cluster);
    const owners = `select count(*)::int from pg_locks where locktype = 'advisory'`;
    while ((await query(cluster, owners).catch(() => [0]))[0] === 0) await sleep(10);

    await expect(open()).rejects.toThrow('in use by another epic-server');
    expect(await query(cluster, 'select 1')).toEqual([1]);
  });

  test('the embedded PostgreSQL can be stopped during crash recovery, and loses nothing', async () => {
    const cluster = await open({ durable: true });
    await query(cluster, 'create table crashed as select 42 as answer');

    await crash(cluster);
    await cluster.close();

    expect(await query(await open(), 'select answer from crashed')).toEqual([42]);
  });
});
