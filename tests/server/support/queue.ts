import type { TestDatabase } from '../../support/database.ts';

/** Everything that is on the queue, delivered or not: the kinds of jobs. */
export async function queued(database: Pick<TestDatabase, 'query'>): Promise<string[]> {
  const rows = await database.query<{ task: string }>(
    `select identifier as task
     from graphile_worker._private_jobs jobs
     join graphile_worker._private_tasks tasks on tasks.id = task_id
     order by jobs.id`,
  );
  return rows.map(({ task }) => task);
}

/** Locks look as old as those of a server that died: every server frees them. */
export async function expireLocks(database: Pick<TestDatabase, 'query'>): Promise<void> {
  await database.query(
    `update graphile_worker._private_jobs set locked_at = locked_at - interval '2 minutes'`,
  );
}

/** What waits for another attempt is due now, rather than in a few seconds or hours. */
export async function hurry(database: Pick<TestDatabase, 'query'>): Promise<void> {
  await database.query(
    'update graphile_worker._private_jobs set run_at = now() where locked_at is null',
  );
}
