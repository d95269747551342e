import pg from 'pg';
import { readAdminConfig } from '../config/admin.ts';
import { openLocalDatabase } from '../database/local.ts';
import { OperatorError } from '../errors.ts';
import { explainDatabaseError } from '../graphql/refusals.ts';
import { createEmployee, type NewEmployee } from '../identity/employees.ts';

/** `epic-server employee create`: how the first manager comes in. The one-time password goes to stdout. */
export async function createEmployeeAsOperator(employee: NewEmployee): Promise<void> {
  const { adminUrl, dataFolder } = readAdminConfig(process.env);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const local = adminUrl === null ? await openLocalDatabase(dataFolder, say) : null;
  try {
    const { id, oneTimePassword } = await insert(adminUrl ?? local?.adminUrl ?? '', employee);
    say(`Employee ${id} was created: ${employee.fullName}, ${employee.department}.`);
    say(
      'They log in once with this password, which is not shown again, and then choose their own:',
    );
    process.stdout.write(`${oneTimePassword}\n`);
  } finally {
    await local?.cluster.close();
  }
}

async function insert(
  adminUrl: string,
  employee: NewEmployee,
): Promise<{ id: number; oneTimePassword: string }> {
  const client = new pg.Client({ connectionString: adminUrl, application_name: 'epic-server' });
  client.on('error', () => {});
  const run = async <Row>(text: string, values: unknown[] = []) =>
    (await client.query<Row & pg.QueryResultRow>(text, values)).rows;
  try {
    await client.connect();
    return await createEmployee(async (work) => {
      await run('begin');
      await run('set local role epic_owner');
      const result = await work(run);
      await run('commit');
      return result;
    }, employee);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw unreachable(error);
    await run('rollback');
    const refusal = await explainDatabaseError(
      error,
      { fieldName: 'createEmployee', verb: null, input: {} },
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
