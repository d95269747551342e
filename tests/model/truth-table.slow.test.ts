import type { TestDatabase } from '../support/database.ts';
import { Coverage } from './coverage.ts';
import type { DriverName } from './operations.ts';
import { type Counterexample, formatCounterexample, search } from './search.ts';
import { type SystemUnderTest, startSystem } from './system.ts';

let system: SystemUnderTest | undefined;

afterEach(async () => {
  await system?.close();
  system = undefined;
});

async function explore(
  drivers: DriverName[],
  asked: { operations: number; seed: number },
  arrange?: (database: TestDatabase) => Promise<void>,
): Promise<{ found: Counterexample | null; coverage: Coverage }> {
  const coverage = new Coverage();
  system = await startSystem(drivers, arrange);
  const found = await search(system, { ...asked, drivers }, (...step) => coverage.count(...step));
  return { found, coverage };
}

// Different each time; a failure prints it.
const seed = Date.now() % 1_000_000;

test('the database agrees with the truth table on 5,000 random operations through SQL and GraphQL', async () => {
  const { found, coverage } = await explore(['SQL', 'GraphQL'], { operations: 5000, seed });

  expect(found && formatCounterexample(found)).toBeNull();
  expect(coverage.total).toBeGreaterThanOrEqual(5000);
  expect(coverage.byDriver.GraphQL).toBeGreaterThanOrEqual(1000);
  expect([...coverage.byEntry].filter(([, { allowed, refused }]) => !allowed || !refused)).toEqual(
    [],
  );
});

test.each([
  {
    mutant: 'a widened policy',
    sql: 'alter policy support_update_own on crm.event using (true) with check (true)',
    line: /^1\. \w+ \(support\) updates event \d: .+ → model: FORBIDDEN \(no policy allows to update this row\); database: done/,
  },
  {
    mutant: 'a lost grant',
    sql: 'revoke update (phone) on crm.client from epic_sales',
    line: /^1\. \w+ \(sales\) updates client \d: phone = .+ → model: allowed; database: FORBIDDEN/,
  },
  {
    mutant: 'a lost rule',
    sql: 'alter table crm.event drop constraint event_attendees_are_counted',
    line: /^1\. \w+ \(\w+\) (updates event \d|creates event): .*attendees = -1.* → model: INVALID \(attendees are not negative\); database: done/,
  },
])('the search finds $mutant and shrinks it to one operation', async ({ sql, line }) => {
  const { found } = await explore(['SQL'], { operations: 5000, seed: 1 }, async (database) => {
    await database.query(sql);
  });

  expect(found?.script).toEqual([expect.stringMatching(line)]);
});

test.each([
  {
    mutant: 'a second factor that is not asked for',
    sql: 'drop policy management_update_with_second_factor on crm.employee',
    step: /^\d\. (Emma|Felix) \(management\).* → model: FORBIDDEN \(the second factor was confirmed\); database: done/,
  },
  {
    mutant: 'a program that gives passwords',
    sql: 'alter policy management_create_one_time on identity.credential with check (true)',
    step: /^\d\. (Emma|Felix) \(management\) creates employee: .* → model: FORBIDDEN \(a program gives no password\); database: done/,
  },
])('the search finds $mutant', async ({ sql, step }) => {
  const { found } = await explore(['SQL'], { operations: 5000, seed: 1 }, async (database) => {
    await database.query(sql);
  });

  expect(found?.script.at(-1)).toMatch(step);
});
