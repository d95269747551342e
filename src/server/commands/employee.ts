import pg from 'pg';
import { readAdminConfig } from '../config/server.ts';
import { openLocalDatabase } from '../database/deploy/local.ts';
import { OperatorError } from '../errors/errors.ts';
import { explainDatabaseError } from '../graphql/errors/explain.ts';
import {
  createEmployee,
  type InTransaction,
  type NewEmployee,
  type RunStatement,
  resetPassword,
} from '../identity/employees.ts';

/** `epic-server employee create`, for the first manager. The one-time password goes to stdout. */
export async function createEmployeeAsOperator(employee: NewEmployee): Promise<void> {
  const { id, oneTimePassword } = await withOwner((inTransaction) =>
    createEmployee(inTransaction, employee),
  );
  say(`Employee ${id} was created: ${employee.fullName}, ${employee.department}.`);
  show(oneTimePassword);
}

/**
 * `epic-server employee reset-password`, for a manager when there is no other one, or whose first password has expired.
 * The one-time password goes to stdout.
 */
export async function resetPasswordAsOperator(email: string): Promise<void> {
  const { oneTimePassword } = await withOwner(async (inTransaction) => {
    const id = await inTransaction((run) => idOf(run, email));
    return resetPassword(inTransaction, id);
  });
  say(`The password of ${email} was reset, and their sessions have ended.`);
  show(oneTimePassword);
}

/**
 * `epic-server employee reset-second-factor`, for an employee who has lost their phone and has no recovery code left.
 * Their sessions end.
 */
export async function resetSecondFactorAsOperator(email: string): Promise<void> {
  await withOwner((inTransaction) =>
    inTransaction(async (run) => {
      await run('select auth.reset_second_factor($1)', [await idOf(run, email)]);
    }),
  );
  say(`The second factor of ${email} was removed, and their sessions have ended.`);
  say('They log in with their password alone, and can enable another: epic second-factor enable');
}

async function idOf(run: RunStatement, email: string): Promise<number> {
  const [employee] = await run<{ id: number }>(
    'select id from crm.employee where lower(email) = lower($1)',
    [email],
  );
  if (employee === undefined) throw new OperatorError(`There is no employee with ${email}.`);
  return employee.id;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function show(oneTimePassword: string): void {
  say('They log in with it within seven days, and then choose a password of their own.');
  say('It is not shown again:');
  process.stdout.write(`${oneTimePassword}\n`);
}

/** Runs transactions as epic_owner. Throws an OperatorError when the database refuses one. */
async function withOwner<Result>(
  work: (inTransaction: InTransaction) => Promise<Result>,
): Promise<Result> {
  const { adminUrl, dataFolder } = readAdminConfig(process.env);
  const local = adminUrl === null ? await openLocalDatabase(dataFolder, say) : null;
  try {
    return await through(adminUrl ?? local?.adminUrl ?? '', work);
  } finally {
    await local?.cluster.close();
  }
}

async function through<Result>(
  adminUrl: string,
  work: (inTransaction: InTransaction) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: adminUrl, application_name: 'epic-server' });
  client.on('error', () => {});
  const run = async <Row>(text: string, values: unknown[] = []) =>
    (await client.query<Row & pg.QueryResultRow>(text, values)).rows;
  try {
    await client.connect();
    return await work(async (inside) => {
      await run('begin');
      await run('set local role epic_owner');
      const result = await inside(run);
      await run('commit');
      return result;
    });
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    if (!(error instanceof pg.DatabaseError)) throw unreachable(error);
    await run('rollback');
    const refusal = await explainDatabaseError(
      error,
      { mutation: null, input: {} },
      {
        isAnonymous: false,
        settings: null,
        withSession: (_settings, callback) =>
          Promise.resolve(
            callback({
              query: async ({ text, values }) => {
                const { rows, rowCount } = await client.query(text, values);
                return { rows, rowCount };
              },
              withTransaction: () => Promise.reject(new Error('There is no transaction here.')),
            }),
          ),
      },
    );
    throw refusal ? new OperatorError(refusal.message, refusal.details.hint, error) : error;
  } finally {
    await client.end().catch(() => {});
  }
}

function unreachable(error: unknown): unknown {
  return error instanceof Error && 'code' in error
    ? new OperatorError(
        `The database cannot be reached (${error.code}).`,
        'Check DATABASE_ADMIN_URL, and that PostgreSQL is running.',
        error,
      )
    : error;
}
