import pg from 'pg';
import { readAdminConfig } from '../config/server.ts';
import { connectAsAdmin } from '../database/deploy/connect.ts';
import { openLocalDatabase } from '../database/deploy/local.ts';
import { OperatorError } from '../errors/errors.ts';
import { explainDatabaseError } from '../graphql/errors/explain.ts';
import type { InTransaction } from '../identity/employees.ts';

/** A line on stderr, for the operator. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Runs transactions as epic_owner. Throws an OperatorError when the database refuses one. */
export async function withOwner<Result>(
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
  const client = await connectAsAdmin(adminUrl, 'epic-server');
  const run = async <Row>(text: string, values: unknown[] = []) =>
    (await client.query<Row & pg.QueryResultRow>(text, values)).rows;
  try {
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
