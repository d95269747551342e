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
import { isConnectionLoss } from './connection-loss.ts';

// Every statement of the API runs here, and nowhere else: in a transaction that begins by entering the session
// of its caller. PostGraphile hands the caller over as "settings"; what it may put there is only what
// sessionSettings() makes. Settings that are missing mean an anonymous caller, never the login role.

/** The caller of a transaction in the form that PostGraphile passes around. */
export type SessionSettings = Record<string, string | undefined>;

/** Runs a callback in a transaction that has entered the session of `settings`. */
export type WithSession = WithPgClient<NodePostgresPgClient>;

const employeeId = 'jwt.claims.employee_id';
const sessionId = 'jwt.claims.session_id';
const department = 'jwt.claims.department';
const ownCredential = 'epic.own_credential';
const catalogue = 'epic.catalogue';

/**
 * The settings of a caller; claims null for an anonymous one.
 * `ownCredential` also lets somebody in who has not yet replaced their one-time password.
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
    ...(options.ownCredential ? { [ownCredential]: 'true' } : {}),
  };
}

/** Only for reading the catalogue when the schema is built: stays the login role, which may read nothing else. */
export const catalogueSettings: SessionSettings = Object.freeze({ [catalogue]: 'true' });

/** The PostGraphile service that reaches the database through `pool`, always inside a session. */
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

/** The one place where a session is entered. */
export function createWithSession(pool: Pool): WithSession {
  return async (settings, callback) => {
    const opening = openingOf(settings ?? {});
    const connection = await connect(pool);
    try {
      // Not awaited: begin, the entering and the callback's first statement travel together. Should entering
      // fail, the transaction is broken and PostgreSQL refuses whatever follows, so nothing runs outside a session.
      const begun = handled(connection.query('begin'));
      const entered = handled(connection.query(opening).then(() => begun));
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

function openingOf(settings: SessionSettings): { text: string; values: unknown[] } {
  const { [catalogue]: readsCatalogue, ...caller } = settings;
  if (readsCatalogue) return { text: 'set transaction read only', values: [] };

  const unknown = Object.keys(caller).find(
    (key) => ![employeeId, sessionId, department, ownCredential].includes(key),
  );
  if (unknown !== undefined) throw new Error(`A session has no setting "${unknown}".`);
  return {
    text: 'select auth.enter($1, $2, $3, $4)',
    values: [
      caller[employeeId] ?? null,
      caller[sessionId] ?? null,
      caller[department] ?? null,
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
      const answered = handled(connection.query(statementOf(connection, query)));
      await entered;
      const { rows, rowCount } = await answered;
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

/** Names only the first statements that a connection sees, so that what it keeps prepared stays bounded. */
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

/** Keeps a rejection that is awaited later from counting as unhandled now. */
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
