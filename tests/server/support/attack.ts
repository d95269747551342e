import type { TestDatabase } from '../../support/database.ts';
import { type ApiAnswer, ask, codesOf } from './api.ts';

/** Sends a request as an attacker. The response may reveal nothing of the implementation and be no unexpected error. */
export async function attack<Data = Record<string, unknown>>(
  ...[url, query, options]: Parameters<typeof ask>
): Promise<ApiAnswer<Data>> {
  const answer = await ask<Data>(url, query, options);
  expect(JSON.stringify(answer.errors)).not.toMatch(
    /node_modules|\.[jt]s:\d|\bat [A-Z]\w+\.|\bselect\b.+\bfrom\b.+\bwhere\b|pg_catalog|syntax error at/i,
  );
  expect(codesOf(answer)).not.toContain('INTERNAL');
  return answer;
}

/** Runs an attack, after which every record is as it was. */
export async function changesNothing<Result>(
  database: TestDatabase,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = await everything(database);
  const result = await work();
  expect(await everything(database)).toBe(before);
  return result;
}

async function everything(database: TestDatabase): Promise<string> {
  const [row] = await database.query<{ all: string }>(
    `select concat(
       (select json_agg(c order by id) from crm.client c), (select json_agg(c order by id) from crm.contract c),
       (select json_agg(e order by id) from crm.event e), (select json_agg(e order by id) from crm.employee e),
       (select json_agg(p order by id) from crm.payment p), (select json_agg(n order by id) from crm.notification n)
     ) as all`,
  );
  return row?.all ?? '';
}
