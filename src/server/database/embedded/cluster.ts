import { setTimeout as sleep } from 'node:timers/promises';
import { OperatorError } from '../../errors/errors.ts';
import type { LoginPasswords, LoginUrls } from '../logins.ts';
import { findBinaries } from './binaries.ts';
import { type DataFolder, hasDatabase, openDataFolder, openSecrets } from './folder.ts';
import { initialise } from './initialise.ts';
import { keepOwnership, type Ownership, takeOwnership } from './ownership.ts';
import {
  endOfLog,
  findPostmaster,
  isRunning,
  type Postmaster,
  startPostmaster,
  stopPostmaster,
} from './postmaster.ts';
import type { Template } from './template.ts';

/** A running PostgreSQL that no other process uses as its owner. */
export interface Cluster {
  /** The actual data folder, which may differ from the requested one. */
  folder: string;
  port: number;
  /** The passwords of the server's logins, kept in the folder. */
  passwords: LoginPasswords;
  /** A connection string of the superuser. */
  adminUrl(database: string): string;
  /** The connection strings of the server's logins. */
  loginUrls(database: string): LoginUrls;
  /** Resolves if PostgreSQL ends unexpectedly. Never rejects. */
  failure: Promise<OperatorError>;
  /** Stops PostgreSQL and waits for its end. Idempotent. */
  close(): Promise<void>;
}

export interface ClusterOptions {
  dataFolder: string;
  /** False is faster, but a crash of the machine may destroy the database. For tests. */
  durable?: boolean;
  /** Further PostgreSQL settings for this run; a server that is already running keeps its own. */
  settings?: Record<string, string>;
  /** What a new data folder is copied from; made by initdb without one. */
  template?: Template | undefined;
  /** Called with messages for the operator. */
  say: (line: string) => void;
}

const UNSAFE_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  // tests run many servers at once, with 16 connections each
  max_connections: '300',
};
const ATTEMPTS = 20;
const TRANSIENT = /already exists|still in use|Address already in use|could not create any TCP/;

/**
 * Opens the PostgreSQL of a data folder: creates what is missing, starts the server or takes over one that an earlier
 * owner left running, and locks out other processes.
 * @throws OperatorError if that is impossible.
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { dataFolder, durable = true, settings = {}, template, say } = options;
  const folder = await openDataFolder(dataFolder, say);
  const binaries = await findBinaries(folder.account, folder.path, say);
  const secrets = await openSecrets(folder);
  await initialise(binaries, folder, secrets.superuser, { durable, template });

  const own = (postmaster: Postmaster) =>
    takeOwnership(urlOf('postgres', secrets.superuser, postmaster.port, 'postgres'), () =>
      isRunning(folder, postmaster),
    );
  const { postmaster, ownership } = await startOrTakeOver(folder, own, () =>
    startPostmaster(binaries, folder, durable ? settings : { ...settings, ...UNSAFE_SETTINGS }),
  );

  let closing: Promise<void> | undefined;
  const failure = new Promise<OperatorError>((resolve) => {
    const isOver = () => closing !== undefined;
    keepOwnership(ownership, () => own(postmaster), isOver).then(async () => {
      if (!isOver()) resolve(await failed('PostgreSQL has ended unexpectedly', folder));
    });
  });

  return {
    folder: folder.path,
    port: postmaster.port,
    passwords: secrets,
    adminUrl: (database) => urlOf('postgres', secrets.superuser, postmaster.port, database),
    loginUrls: (database) => ({
      authenticatorUrl: urlOf(
        'epic_authenticator',
        secrets.authenticator,
        postmaster.port,
        database,
      ),
      workerUrl: urlOf('epic_worker', secrets.worker, postmaster.port, database),
    }),
    failure,
    close: () => {
      closing ??= stopPostmaster(binaries, folder, postmaster);
      return closing;
    },
  };
}

/**
 * Runs `work` with a superuser's connection string for the PostgreSQL of a data folder, which another process may be
 * running; a stopped one is started, and stopped again. Creates nothing: returns null when the folder has no database.
 */
export async function withExistingCluster<Result>(
  { dataFolder, say }: Pick<ClusterOptions, 'dataFolder' | 'say'>,
  database: string,
  work: (url: string) => Promise<Result>,
): Promise<Result | null> {
  if (!(await hasDatabase(dataFolder))) return null;
  const folder = await openDataFolder(dataFolder, say);
  const postmaster = await findPostmaster(folder);
  if (postmaster !== undefined) {
    const { superuser } = await openSecrets(folder);
    return work(urlOf('postgres', superuser, postmaster.port, database));
  }
  say(`PostgreSQL of ${folder.path} was stopped: it is started, and stopped again afterwards.`);
  const cluster = await openCluster({ dataFolder, say });
  try {
    return await work(cluster.adminUrl(database));
  } finally {
    await cluster.close();
  }
}

function urlOf(user: string, password: string, port: number, database: string): string {
  return `postgres://${user}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

// retried: the server that was found may be stopping, the free port may have been taken, and another process may open
// the same folder
async function startOrTakeOver(
  folder: DataFolder,
  own: (postmaster: Postmaster) => Promise<Ownership | 'refused' | undefined>,
  start: () => Promise<Postmaster>,
): Promise<{ postmaster: Postmaster; ownership: Ownership }> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const postmaster = (await findPostmaster(folder)) ?? (await start());
    const ownership = await own(postmaster);
    if (ownership === 'refused') {
      postmaster.child?.unref();
      throw new OperatorError(
        `The data folder ${folder.path} is in use by another epic-server.`,
        'Stop that one, or choose another folder with EPIC_DATA.',
      );
    }
    if (ownership !== undefined) return { postmaster, ownership };
    if (postmaster.child !== undefined && !TRANSIENT.test(await endOfLog(folder))) break;
    await sleep(50 * attempt);
  }
  throw await failed('PostgreSQL could not be started', folder);
}

async function failed(what: string, folder: DataFolder): Promise<OperatorError> {
  return new OperatorError(
    `${what}; its log ends with:\n${await endOfLog(folder)}`,
    `All of the log is in ${folder.log}.`,
  );
}
