import type { PoolClient, QueryConfig, QueryResult } from 'pg';
import type {
  PgClient,
  PgClientQuery,
  PgClientResult,
  WithPgClient,
} from 'postgraphile/@dataplan/pg';
import { makePgService, type NodePostgresPgClient } from 'postgraphile/adaptors/pg';
import { ApiError } from '../errors/errors.ts';
import type { Claims } from './claims.ts';
import { type EnterArguments, enter, isFinalError, queryEntered } from './entered-query.ts';
import { observed } from './observe.ts';
import { isConnectionLoss, type StatementPool } from './pool.ts';
import { type Position, positionQuery, type Replica } from './replica.ts';

// Every statement of the API runs in a transaction that begins by entering the session of its caller. PostGraphile passes
// the caller as "settings", which sessionSettings() makes. Without settings the caller is anonymous, never the login role.

/** The caller of a transaction, as PostGraphile passes it. */
export type SessionSettings = Record<string, string | undefined>;

/** Runs a callback with a client whose statements are in the session of `settings`. */
export type WithSession = WithPgClient<PgClient>;

const employeeId = 'jwt.claims.employee_id';
const sessionId = 'jwt.claims.session_id';
const department = 'jwt.claims.department';
const secret = 'jwt.claims.secret';
const ownCredential = 'epic.own_credential';
const replicated = 'epic.replicated';
const catalogue = 'epic.catalogue';

/**
 * The settings of a caller; claims are null for an anonymous one. `ownCredential` also allows a session whose one-time
 * password has not been replaced. `replicated` lets a replica answer.
 */
export function sessionSettings(
  claims: Claims | null,
  options: { ownCredential?: boolean; replicated?: boolean } = {},
): SessionSettings {
  if (claims === null) return {};
  return {
    [employeeId]: String(claims.employeeId),
    [sessionId]: claims.sessionId,
    [department]: claims.department,
    [secret]: claims.secret,
    ...(options.ownCredential ? { [ownCredential]: 'true' } : {}),
    ...(options.replicated ? { [replicated]: 'true' } : {}),
  };
}

/** For reading the catalogue when the schema is built: stays the login role, which may read nothing else. */
export const catalogueSettings: SessionSettings = Object.freeze({ [catalogue]: 'true' });

/** The PostGraphile service for the database behind `pool`, always inside a session. */
export function createSessionService(
  pool: StatementPool,
  options: {
    schemas: string[];
    /** Answers callers whose settings allow it. */
    replica: Replica | null;
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
    adaptor: {
      // without its rawClient, which would be outside the session
      createWithPgClient: () =>
        createWithStatements(pool, options.replica) as WithPgClient<NodePostgresPgClient>,
      makePgService,
    },
  };
}

/**
 * For PostGraphile: each `query` is committed when it resolves, and `withTransaction` makes one transaction of several.
 * Queries that one request asks for at once go to the database together, with what enters the session.
 */
export function createWithStatements(
  pool: StatementPool,
  replica: Replica | null = null,
): WithSession {
  const withSession = createWithSession(pool);
  const databases = { pool, reads: replica && createReads(pool, replica) };
  const batches = new WeakMap<SessionSettings, Statement[]>();

  function enqueue(settings: SessionSettings, query: PgClientQuery): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      const statement = { query, resolve, reject };
      const batch = batches.get(settings);
      if (batch) {
        batch.push(statement);
      } else {
        const begun = [statement];
        batches.set(settings, begun);
        // once all that can be asked for at present has been
        process.nextTick(() => {
          batches.delete(settings);
          runTogether(databases, settings, begun);
        });
      }
    });
  }

  return async (settings, callback) => {
    const caller = settings ?? anonymous;
    // sets the transaction, and enters no session
    if (caller[catalogue]) return withSession(settings, callback);
    return callback({
      async query<Row>(query: PgClientQuery) {
        const { rows, rowCount } = await enqueue(caller, query);
        return { rows: rows as Row[], rowCount };
      },
      withTransaction: (inner) => withSession(settings, inner),
    });
  };
}

const anonymous: SessionSettings = Object.freeze({});

type Statement = {
  query: PgClientQuery;
  resolve(result: QueryResult): void;
  reject(error: unknown): void;
};

type RunStatements = (
  settings: SessionSettings,
  statements: readonly Statement[],
) => Promise<QueryResult[] | null>;

/**
 * Runs statements on a replica; null if it does not answer, or the settings do not allow it. A request is checked by the primary
 * once, and stays with it once the replica has not answered: it sees nothing older than what it has seen.
 */
function createReads(pool: StatementPool, replica: Replica): RunStatements {
  const positions = new WeakMap<SessionSettings, Promise<Position | null>>();

  async function readPosition(settings: SessionSettings): Promise<Position | null> {
    const [position] = await withConnection(pool, (connection) =>
      observed(
        'database',
        () =>
          queryEntered(
            connection,
            enterArguments(settings),
            [statementOf(connection, positionQuery, roleOf(pool, settings))],
            pool.preparesStatements,
          ),
        [positionQuery.text],
      ),
    );
    return position?.rows[0] ?? null;
  }

  return async (settings, statements) => {
    if (settings[replicated] === undefined || !replica.isThere()) return null;
    const known = positions.get(settings) ?? readPosition(settings);
    positions.set(settings, known);
    const position = await known;
    if (position === null) return null;
    const role = roleOf(pool, settings);
    const results = await observed(
      'database',
      () =>
        replica.query(position, enterArguments(settings), (connection) =>
          statements.map(({ query }) => statementOf(connection, query, role)),
        ),
      () => statements.map(({ query }) => query.text),
    );
    if (results === null) positions.set(settings, Promise.resolve(null));
    return results;
  };
}

/** Runs statements in one transaction; one by one where that fails, so that each has its own result or error. */
async function runTogether(
  databases: { pool: StatementPool; reads: RunStatements | null },
  settings: SessionSettings,
  statements: readonly Statement[],
): Promise<void> {
  const { pool, reads } = databases;
  try {
    const caller = enterArguments(settings);
    const role = roleOf(pool, settings);
    const read = reads && (await reads(settings, statements));
    const results =
      read ??
      (await withConnection(pool, (connection) =>
        observed(
          'database',
          () =>
            queryEntered(
              connection,
              caller,
              statements.map(({ query }) => statementOf(connection, query, role)),
              pool.preparesStatements,
            ),
          () => statements.map(({ query }) => query.text),
        ),
      ));
    for (const [nth, { resolve }] of statements.entries()) resolve(results[nth] as QueryResult);
  } catch (error) {
    const isSettled = statements.length === 1 || error instanceof ApiError || isFinalError(error);
    for (const statement of statements) {
      if (isSettled) statement.reject(error);
      else await runTogether(databases, settings, [statement]);
    }
  }
}

/** Runs a callback in a transaction that has entered the session of `settings`. */
export function createWithSession(pool: StatementPool): WithSession {
  return (settings, callback) =>
    withConnection(pool, async (connection) => {
      try {
        await observed('database', async () => {
          await connection.query('begin');
          await enterTransaction(connection, settings ?? {}, pool.preparesStatements);
        }, ['begin']);
        const role = roleOf(pool, settings ?? {});
        const result = await callback(clientOf(connection, role, 0));
        const { command } = await observed('database', () => connection.query('commit'), [
          'commit',
        ]);
        if (command !== 'COMMIT') {
          throw new Error('The transaction was rolled back: one of its statements had failed.');
        }
        return result;
      } catch (error) {
        await undo(connection, 'rollback', error);
        throw error;
      }
    });
}

/** After an error; a lost connection is closed instead. */
async function undo(connection: PoolClient, statement: string, error: unknown): Promise<void> {
  if (!isConnectionLoss(error)) await connection.query(statement).catch(() => {});
}

async function enterTransaction(
  connection: PoolClient,
  settings: SessionSettings,
  isPrepared: boolean,
): Promise<void> {
  if (settings[catalogue]) await connection.query('set transaction read only');
  else await enter(connection, enterArguments(settings), isPrepared);
}

function enterArguments(settings: SessionSettings): EnterArguments {
  const unknown = Object.keys(settings).find(
    (key) => ![employeeId, sessionId, department, secret, ownCredential, replicated].includes(key),
  );
  if (unknown !== undefined) throw new Error(`A session has no setting "${unknown}".`);
  return [
    settings[employeeId] ?? null,
    settings[sessionId] ?? null,
    settings[department] ?? null,
    settings[secret] === undefined ? null : Buffer.from(settings[secret], 'base64url'),
    settings[ownCredential] === 'true' ? 'true' : 'false',
  ];
}

/** Lends a connection; one that was lost, or is left in a transaction, is closed. */
async function withConnection<Result>(
  pool: StatementPool,
  work: (connection: PoolClient) => Promise<Result>,
): Promise<Result> {
  const connection = await observed('wait', () => pool.connect()).catch((error) => {
    throw unreachable(error);
  });
  let isLost = false;
  try {
    return await work(connection);
  } catch (error) {
    isLost = isConnectionLoss(error);
    throw isLost ? lost(error) : error;
  } finally {
    const isLeftOpen = connection.getTransactionStatus() !== 'I';
    connection.release(isLost || isLeftOpen);
  }
}

function clientOf(connection: PoolClient, role: string | null, depth: number): PgClient {
  return {
    async query<Row>(query: PgClientQuery): Promise<PgClientResult<Row>> {
      const { rows, rowCount } = await observed(
        'database',
        () => connection.query(statementOf(connection, query, role)),
        () => [query.text],
      );
      return { rows: rows as Row[], rowCount };
    },

    async withTransaction<Result>(callback: (inner: PgClient) => Promise<Result>): Promise<Result> {
      const savepoint = `inner_${depth}`;
      await connection.query(`savepoint ${savepoint}`);
      try {
        const result = await callback(clientOf(connection, role, depth + 1));
        await connection.query(`release savepoint ${savepoint}`);
        return result;
      } catch (error) {
        await undo(connection, `rollback to savepoint ${savepoint}`, error);
        throw error;
      }
    },
  };
}

/** Under which statements are prepared; null if they are not. */
function roleOf({ preparesStatements }: StatementPool, settings: SessionSettings): string | null {
  return preparesStatements ? (settings[department] ?? 'anonymous') : null;
}

const preparedLimit = 200;

/** A comment in the text of a statement that is not worth a name: there are too many like it, each planned for its values. */
const unnamed = '/* unnamed */';

const prepared = new WeakMap<PoolClient, Set<string>>();

/** PostgreSQL tells statements apart by the first 63 characters of their names. */
const nameLength = 40;

/**
 * Only the first named statements of a connection stay named, which bounds its prepared statements. Each role has its own,
 * since PostgreSQL plans a statement anew when the role changes.
 */
function statementOf(
  connection: PoolClient,
  query: PgClientQuery,
  role: string | null,
): QueryConfig {
  const { text, values } = query;
  const name =
    query.name && role !== null && !text.includes(unnamed)
      ? `${role} ${query.name.slice(0, nameLength)}`
      : undefined;
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

/** Before anything was sent. */
function unreachable(cause: unknown): ApiError {
  return new ApiError(
    'UNAVAILABLE',
    'The database cannot be reached at the moment.',
    { kind: 'database_unreachable', hint: 'Try again in a moment.' },
    cause,
  );
}

/** A change that was sent may have been committed. */
function lost(cause: unknown): ApiError {
  return new ApiError(
    'UNAVAILABLE',
    'The connection to the database was lost.',
    { kind: 'database_lost' },
    cause,
  );
}
