import type { TestDatabase } from '../support/database.ts';
import { type Office, openOffice } from './office.ts';
import type { DoorName } from './operations.ts';
import { type Found, reportOf, search } from './search.ts';
import { Tally } from './tally.ts';

let office: Office | undefined;

afterEach(async () => {
  await office?.close();
  office = undefined;
});

async function play(
  doors: DoorName[],
  asked: { operations: number; seed: number },
  arrange?: (database: TestDatabase) => Promise<void>,
): Promise<{ found: Found | null; tally: Tally }> {
  const tally = new Tally();
  office = await openOffice(doors, arrange);
  const found = await search(office, { ...asked, doors }, (...step) => tally.count(...step));
  return { found, tally };
}

// Another one each time: a failure prints it.
const seed = Date.now() % 1_000_000;

test('The database agrees with the truth table on 5,000 random operations through SQL and GraphQL', async () => {
  const { found, tally } = await play(['SQL', 'GraphQL'], { operations: 5000, seed });

  expect(found && reportOf(found)).toBeNull();
  expect(tally.total).toBeGreaterThanOrEqual(5000);
  expect(tally.byDoor.GraphQL).toBeGreaterThanOrEqual(1000);
  expect([...tally.byLine].filter(([, { allowed, refused }]) => !allowed || !refused)).toEqual([]);
});

test.each([
  {
    mutant: 'a widened policy',
    sql: 'alter policy support_update_own on crm.event using (true) with check (true)',
    line: /^1\. \w+ \(support\) updates event \d: .+ → model: FORBIDDEN \(it is not theirs to update\); database: done/,
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
])('$mutant is found and shrunk to one operation', async ({ sql, line }) => {
  const { found } = await play(['SQL'], { operations: 5000, seed: 1 }, async (database) => {
    await database.query(sql);
  });

  expect(found?.script).toEqual([expect.stringMatching(line)]);
});
