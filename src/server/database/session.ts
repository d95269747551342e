import type { Pool, PoolClient } from 'pg';
import type {
  PgClient,
  PgClientQuery,
  PgClientResult,
  WithPgClient,
} from 'postgraphile/@dataplan/pg';
import { makePgService, type NodePostgresPgClient } from 'postgraphile/adaptors/pg';
import { ApiError } from '../errors/errors.ts';
import type { Claims } from './claims.ts';
import { isConnectionLoss } from './pool.ts';

// Every statement of the API runs in a transaction that begins by entering the session of its caller. PostGraphile passes
// the caller as "settings", which sessionSettings() makes. Without settings the caller is anonymous, never the login role.

/** The caller of a transaction, as PostGraphile passes it. */
export type SessionSettings = Record<string, string | undefined>;

/** Runs a callback in a transaction that has entered the session of `settings`. */
export type WithSession = WithPgClient<NodePostgresPgClient>;

const employeeId = 'jwt.claims.employee_id';
const sessionId = 'jwt.claims.session_id';
const department = 'jwt.claims.department';
const secret = 'jwt.claims.secret';
const ownCredential = 'epic.own_credential';
const catalogue = 'epic.catalogue';

/**
 * The settings of a caller; claims are null for an anonymous one. `ownCredential` also allows a session whose one-time
 * password has not been replaced.
 */
export function sessionSettings(
  claims: Claims | null,
  options: { ownCredential?: boolean } = {},
): SessionSettings {
  if (claims === null) return {};
  return {
    [employeeId]: String(claims.employeeId),
    [sessionId]: claims.sessionId,
    [department]: claims.department,
    [secret]: claims.secret,
    ...(options.ownCredential ? { [ownCredential]: 'true' } : {}),
  };
}

/** For reading the catalogue when the schema is built: stays the login role, which may read nothing else. */
export const catalogueSettings: SessionSettings = Object.freeze({ [catalogue]: 'true' });

/** The PostGraphile service for the database behind `pool`, always inside a session. */
export function createSessionService(
  pool: Pool,
  options: {
    schemas: string[];
    settingsOf: (requestContext: Partial<Grafast.RequestContext>) => SessionSettings;
  },
): GraphileConfig.PgServiceConfiguration<'@dataplan/pg/adaptors/pg'> {
  return {
    ...makePgService({
      pool,
      schemas: options.schemas,
      pubsub: false,
      pgSettings: options.settingsOf,
      pgSettingsForIntrospection: catalogueSettings,
    }),
    adaptor: { createWithPgClient: () => createWithSession(pool), makePgService },
  };
}

/** The only place where a session is entered. */
export function createWithSession(pool: Pool): WithSession {
  return async (settings, callback) => {
    const enter = enterStatement(settings ?? {});
    const connection = await connect(pool);
    try {
      // not awaited: begin, auth.enter and the first statement of the callback are sent together. When auth.enter fails,
      // PostgreSQL rejects the rest of the transaction, so nothing runs outside a session
      const begun = handled(connection.query('begin'));
      const entered = handled(connection.query(enter).then(() => begun));
      const result = await callback(clientOf(connection, entered, 0));
      await entered;
      const { command } = await connection.query('commit');
      if (command !== 'COMMIT') {
        throw new Error('The transaction was rolled back: one of its statements had failed.');
      }
      return result;
    } catch (error) {
      await connection.query('rollback').catch(() => {});
      throw isConnectionLoss(error) ? unavailable(error) : error;
    } finally {
      const leftOpen = connection.getTransactionStatus() !== 'I';
      connection.release(leftOpen);
    }
  };
}

function enterStatement(settings: SessionSettings): { text: string; values: unknown[] } {
  const { [catalogue]: readsCatalogue, ...caller } = settings;
  if (readsCatalogue) return { text: 'set transaction read only', values: [] };

  const unknown = Object.keys(caller).find(
    (key) => ![employeeId, sessionId, department, secret, ownCredential].includes(key),
  );
  if (unknown !== undefined) throw new Error(`A session has no setting "${unknown}".`);
  return {
    text: 'select auth.enter($1, $2, $3, $4, $5)',
    values: [
      caller[employeeId] ?? null,
      caller[sessionId] ?? null,
      caller[department] ?? null,
      caller[secret] === undefined ? null : Buffer.from(caller[secret], 'base64url'),
      caller[ownCredential] === 'true',
    ],
  };
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw unavailable(error);
  }
}

function clientOf(
  connection: PoolClient,
  entered: Promise<unknown>,
  depth: number,
): NodePostgresPgClient {
  const client = {
    rawClient: connection,

    async query<Row>(query: PgClientQuery): Promise<PgClientResult<Row>> {
      const response = handled(connection.query(statementOf(connection, query)));
      await entered;
      const { rows, rowCount } = await response;
      return { rows, rowCount };
    },

    async withTransaction<Result>(
      callback: (inner: NodePostgresPgClient) => Promise<Result>,
    ): Promise<Result> {
      await entered;
      const savepoint = `inner_${depth}`;
      await connection.query(`savepoint ${savepoint}`);
      try {
        const result = await callback(clientOf(connection, entered, depth + 1));
        await connection.query(`release savepoint ${savepoint}`);
        return result;
      } catch (error) {
        await connection.query(`rollback to savepoint ${savepoint}`).catch(() => {});
        throw error;
      }
    },
  } satisfies PgClient & { rawClient: PoolClient };
  return client;
}

const preparedLimit = 200;
const prepared = new WeakMap<PoolClient, Set<string>>();

/** Only the first named statements of a connection stay named, which bounds its prepared statements. */
function statementOf(connection: PoolClient, query: PgClientQuery) {
  const { text, values, name } = query;
  const names = prepared.get(connection) ?? new Set();
  prepared.set(connection, names);
  if (name !== undefined && names.size < preparedLimit) names.add(name);
  return {
    text,
    ...(values === undefined ? {} : { values }),
    ...(query.arrayMode ? { rowMode: 'array' } : {}),
    ...(name !== undefined && names.has(name) ? { name } : {}),
  };
}

/** A promise that is awaited later, whose rejection must not count as unhandled meanwhile. */
function handled<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}

function unavailable(cause: unknown): ApiError {
  return new ApiError(
    'UNAVAILABLE',
    'The database cannot be reached at the moment.',
    { kind: 'database_unreachable', hint: 'Try again in a moment.' },
    cause,
  );
}
