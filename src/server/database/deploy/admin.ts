import pg from 'pg';
import { readAdminConfig } from '../../config/server.ts';
import { OperatorError } from '../../errors/errors.ts';
import { withExistingCluster } from '../embedded/cluster.ts';
import { connectAsAdmin } from './connect.ts';
import { localDatabaseName } from './local.ts';

/** A DBA's connection, and the address it goes to. */
export type AdminConnection = {
  client: pg.Client;
  /** Holds a password: never printed. */
  url: string;
  /** Whether the database has schema dba. */
  hasTools: boolean;
};

/**
 * Runs `work` with a connection of the DBA: to DATABASE_ADMIN_URL, or else to the embedded PostgreSQL of EPIC_DATA, which
 * may be running. Creates and deploys nothing. Throws an OperatorError when there is no database, when it cannot be
 * reached, or when it has no schema dba: with `anyDatabase` this may be missing from one that is not ours, without `needsTools`
 * from any.
 */
export async function withAdminConnection<Result>(
  environment: Readonly<Record<string, string | undefined>>,
  work: (connection: AdminConnection) => Promise<Result>,
  options: { anyDatabase?: boolean; needsTools?: boolean } = {},
): Promise<Result> {
  const { adminUrl, dataFolder } = readAdminConfig(environment);
  const run = (url: string) => connected(url, work, options);
  if (adminUrl !== null) return run(adminUrl);

  const say = (line: string) => process.stderr.write(`${line}\n`);
  const found = await withExistingCluster({ dataFolder, say }, localDatabaseName, async (url) => ({
    result: await run(url),
  }));
  if (found !== null) return found.result;
  throw new OperatorError(
    `There is no database in ${dataFolder}.`,
    'Set EPIC_DATA to the folder of one (npm run demo keeps its in .epic/demo), or DATABASE_ADMIN_URL to its address.',
  );
}

async function connected<Result>(
  url: string,
  work: (connection: AdminConnection) => Promise<Result>,
  { anyDatabase = false, needsTools = true }: { anyDatabase?: boolean; needsTools?: boolean },
): Promise<Result> {
  const client = await connectAsAdmin(url, 'epic-server');
  try {
    const state = await readState(client);
    if (needsTools && state !== 'open' && !(state === 'foreign' && anyDatabase)) {
      throw PROBLEMS[state]();
    }
    return await work({ client, url, hasTools: state === 'open' });
  } catch (error) {
    throw isOfAnotherRelease(error)
      ? new OperatorError(
          `This database has db/ of another release: ${error.message}.`,
          'Deploy this release first: epic-server migrate',
          error,
        )
      : error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What a database has of schema dba. */
type State = 'open' | 'closed' | 'occupied' | 'behind' | 'empty' | 'foreign';

async function readState(client: pg.Client): Promise<State> {
  const { rows } = await client.query<{ state: State }>(
    `select case
       when exists (
         select from pg_catalog.pg_class
         join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace
         where nspname = 'dba' and relname = 'access_matrix')
       then case when has_schema_privilege('dba', 'usage') then 'open' else 'closed' end
       when to_regclass('graphile_migrate.migrations') is not null and to_regnamespace('crm') is not null then 'behind'
       when to_regnamespace('dba') is not null then 'occupied'
       when exists (
         select from pg_catalog.pg_class
         where relkind in ('r', 'p') and relnamespace::regnamespace::text !~ '^(pg_.*|information_schema)$') then 'foreign'
       else 'empty'
     end as state`,
  );
  return rows[0]?.state ?? 'empty';
}

const PROBLEMS: Record<Exclude<State, 'open'>, () => OperatorError> = {
  closed: () =>
    new OperatorError(
      'This login may not use the tools of schema dba.',
      'Log in as a superuser, or as a member of epic_owner.',
    ),
  behind: () =>
    new OperatorError(
      'This database has no schema dba: only an earlier version of db/ has been deployed to it.',
      'Deploy this one: epic-server migrate',
    ),
  empty: () =>
    new OperatorError(
      'This database has no tables: db/ has not been deployed to it.',
      'If it is to be a database of Epic Events CRM, deploy: epic-server migrate. Otherwise look at DATABASE_ADMIN_URL.',
    ),
  foreign: () =>
    new OperatorError(
      'This database is not one of Epic Events CRM, and this tool works on no other.',
      'For any database there are: epic-server policies lint and matrix, with --api-login LOGIN.',
    ),
  occupied: () =>
    new OperatorError(
      'This database has a schema dba that is not ours, and the tools are in a schema of that name.',
      'Rename it, or look at a copy of the database without its data: pg_dump --schema-only.',
    ),
};

// a table, column or function that this release reads is undefined
function isOfAnotherRelease(error: unknown): error is Error {
  return (
    error instanceof pg.DatabaseError &&
    (error.code === '42703' ||
      (['42P01', '42883'].includes(error.code ?? '') && error.message.includes('dba.')))
  );
}
