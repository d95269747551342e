import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import { deploy, prepareServer } from '../../src/server/database/deploy/deploy.ts';
import { type Account, accountFor } from '../../src/server/database/embedded/account.ts';
import { findFreePort } from '../../src/server/database/embedded/postmaster.ts';
import type { LoginUrls } from '../../src/server/database/logins.ts';
import { type Daemon, isListening, startDaemon, withChildren } from './daemon.ts';
import { connectTo, database, loginUrlsAt, urlOf } from './postgres.ts';
import { until } from './until.ts';

// Two nodes of PostgreSQL 15 under Patroni, with an etcd of one node: Debian's packages patroni, etcd-server and postgresql-15.

const binaries = '/usr/lib/postgresql/15/bin';

/** How fast Patroni notices, in seconds. Its defaults are 30, 10 and 10. */
export const pace = { ttl: 20, loop_wait: 2, retry_timeout: 5 };

/** A PostgreSQL and its Patroni. */
export interface PatroniNode {
  name: string;
  /** Kills all of its processes. */
  kill(): Promise<void>;
  /** Stops all of its processes, as on a host that answers nothing. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Starts it again. */
  start(): Promise<void>;
}

export interface PatroniCluster extends LoginUrls {
  /** Its versions and pace. */
  description: string;
  /** A superuser's connection to the leader, which the caller ends. */
  connect(): Promise<Client>;
  /** The node that takes changes. */
  leader(): Promise<PatroniNode>;
  /** Waits until another node than this has taken over. */
  untilReplaced(node: PatroniNode): Promise<void>;
  /** Waits until a failover would lose nothing: the standby has what the leader has. */
  untilSynchronous(): Promise<void>;
  /** Has the leader and the standby change roles, as for maintenance. */
  switchover(): Promise<void>;
  stop(): Promise<void>;
}

interface Member {
  name: string;
  role: string;
  state: string;
}

/** Starts a cluster with a deployed database in a folder of `guardFolder()`; a commit waits for the standby's disk. */
export async function startPatroni(
  folder: string,
  say: (line: string) => void,
  fill: (adminUrl: string) => Promise<unknown> = async () => undefined,
): Promise<PatroniCluster> {
  const account = await accountFor(join(folder, 'database'));
  const [store, peer] = [await findFreePort(), await findFreePort()];
  const address = (port: number) => `http://127.0.0.1:${port}`;
  const etcd = await startDaemon(folder, 'etcd', [
    'etcd',
    ...['--data-dir', join(folder, 'etcd'), '--log-level', 'error'],
    ...['--listen-client-urls', address(store), '--advertise-client-urls', address(store)],
    ...['--listen-peer-urls', address(peer), '--initial-advertise-peer-urls', address(peer)],
    ...['--initial-cluster', `default=${address(peer)}`],
  ]);
  await until(() => isListening(store));

  const passwords = {
    superuser: randomBytes(16).toString('hex'),
    replication: randomBytes(16).toString('hex'),
    authenticator: randomBytes(16).toString('hex'),
    worker: randomBytes(16).toString('hex'),
  };
  const first = await createNode('one', { folder, account, store, passwords });
  await first.start();
  await until(async () => (await membersAt(first)).some(isLeader));
  const adminUrl = (name: string) =>
    Object.assign(new URL(urlOf('postgres', passwords.superuser, [first])), {
      pathname: `/${name}`,
    }).href;
  await (await connectTo(adminUrl('postgres'))).end();
  await prepareServer({ serverUrl: adminUrl('postgres'), database, passwords });
  await deploy({ adminUrl: adminUrl(database), rolesToo: false, say });
  await fill(adminUrl(database));
  const second = await createNode('two', { folder, account, store, passwords });
  await second.start();
  const nodes = [first, second];

  /** As the first node says that answers. */
  async function members(): Promise<Member[]> {
    const answers = await Promise.all(nodes.map(membersAt));
    return answers.find((each) => each.length > 0) ?? [];
  }

  async function findLeader(): Promise<(typeof nodes)[number] | undefined> {
    const leader = (await members()).find(isLeader);
    return nodes.find(({ name }) => name === leader?.name);
  }

  async function leader(): Promise<(typeof nodes)[number]> {
    let found: Awaited<ReturnType<typeof findLeader>>;
    await until(async () => {
      found = await findLeader();
      return found !== undefined;
    });
    return found as NonNullable<typeof found>;
  }

  const { stdout } = await promisify(execFile)('patroni', ['--version']);
  const cluster: PatroniCluster = {
    description: `${stdout.trim()} (ttl ${pace.ttl} s)`,
    ...loginUrlsAt(passwords, nodes),
    leader,
    async connect() {
      return connectTo(urlOf('postgres', passwords.superuser, [await leader()]));
    },
    async untilReplaced({ name }) {
      await until(async () => {
        const present = await findLeader();
        return present !== undefined && present.name !== name;
      });
    },
    async untilSynchronous() {
      await until(async () => {
        const present = await members();
        return (
          present.some(isLeader) &&
          present.some(({ role, state }) => role === 'sync_standby' && state === 'running')
        );
      });
    },
    async switchover() {
      const from = await leader();
      const to = nodes.find((node) => node !== from);
      const response = await fetch(`${address(from.restPort)}/switchover`, {
        method: 'POST',
        body: JSON.stringify({ leader: from.name, candidate: to?.name }),
      });
      if (!response.ok) throw new Error(`No switchover: ${await response.text()}`);
    },
    async stop() {
      for (const node of nodes) await node.kill();
      await etcd.stop('SIGKILL');
    },
  };
  await cluster.untilSynchronous();
  return cluster;
}

function isLeader({ role, state }: Member): boolean {
  return role === 'leader' && state === 'running';
}

async function membersAt({ restPort }: { restPort: number }): Promise<Member[]> {
  try {
    const response = await fetch(`http://127.0.0.1:${restPort}/cluster`, {
      signal: AbortSignal.timeout(1_000),
    });
    return ((await response.json()) as { members: Member[] }).members;
  } catch {
    return [];
  }
}

async function createNode(
  name: string,
  options: {
    folder: string;
    account: Account | undefined;
    store: number;
    passwords: { superuser: string; replication: string };
  },
): Promise<PatroniNode & { port: number; restPort: number }> {
  const { account, store, passwords } = options;
  const [port, restPort] = [await findFreePort(), await findFreePort()];
  const folder = join(options.folder, name);
  const data = join(folder, 'data');
  const config = join(folder, 'patroni.json');
  await mkdir(folder, { mode: 0o700 });
  await writeFile(config, JSON.stringify(configuration(), null, 2), { mode: 0o600 });
  if (account !== undefined) {
    for (const path of [folder, config]) await chown(path, account.uid, account.gid);
  }
  let patroni: Daemon | null = null;

  // JSON is YAML
  function configuration() {
    return {
      scope: 'epic',
      name,
      restapi: { listen: `127.0.0.1:${restPort}`, connect_address: `127.0.0.1:${restPort}` },
      etcd3: { host: `127.0.0.1:${store}` },
      bootstrap: {
        dcs: {
          ...pace,
          synchronous_mode: true,
          postgresql: { use_pg_rewind: true, parameters: { max_connections: 200 } },
        },
        initdb: ['data-checksums', { encoding: 'UTF8' }, { locale: 'C.UTF-8' }],
      },
      postgresql: {
        listen: `127.0.0.1:${port}`,
        connect_address: `127.0.0.1:${port}`,
        data_dir: data,
        bin_dir: binaries,
        pgpass: join(folder, 'pgpass'),
        authentication: {
          superuser: { username: 'postgres', password: passwords.superuser },
          replication: { username: 'replicator', password: passwords.replication },
        },
        // a replica's copy does not wait for the next checkpoint
        basebackup: [{ checkpoint: 'fast' }],
        parameters: { unix_socket_directories: '' },
        pg_hba: [
          'host replication replicator 127.0.0.1/32 scram-sha-256',
          'host all all 127.0.0.1/32 scram-sha-256',
        ],
      },
    };
  }

  /** Of the node, PostgreSQL's included, which Patroni's end leaves running. */
  async function processes(): Promise<number[]> {
    const file = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
    const postmaster = Number(file.split('\n')[0]);
    return [
      ...(patroni === null || patroni.hasEnded() ? [] : [patroni.pid]),
      ...(postmaster > 0 ? await withChildren(postmaster) : []),
    ];
  }

  async function signalAll(signal: NodeJS.Signals): Promise<void> {
    for (const pid of await processes()) {
      try {
        process.kill(pid, signal);
      } catch {
        // it has just ended
      }
    }
  }

  return {
    name,
    port,
    restPort,
    async start() {
      patroni = await startDaemon(folder, 'patroni', ['patroni', config], {
        account,
        env: { HOME: folder },
      });
    },
    async kill() {
      await signalAll('SIGKILL');
      await patroni?.stop('SIGKILL');
    },
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
  };
}
