import { type CompanySize, fillScaledCompany, scaledCompany } from '../../src/server/demo/scale.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const size: CompanySize = { contracts: 2000, clients: 1000, events: 1600, employees: 40 };

const tables = ['client', 'contract', 'payment', 'event', 'employee', 'notification'];

let database: TestDatabase;
let schemaBefore: unknown;

beforeAll(async () => {
  database = await cloneDatabase();
  schemaBefore = await schemaOf(database);
  await fillScaledCompany(database.adminUrl, size);
});

afterAll(async () => {
  await database.drop();
});

/** What loading sets aside: indexes with their comments, and triggers. */
const schemaOf = ({ query }: TestDatabase) =>
  query(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition,
            obj_description(indexrelid, 'pg_class') as comment, indisvalid and indisready as enabled
     from pg_index join pg_class on pg_class.oid = indrelid
     where relnamespace = 'crm'::regnamespace
     union all
     select tgname, pg_get_triggerdef(oid), tgrelid::regclass::text, tgenabled = 'A'
     from pg_trigger
     where not tgisinternal
     order by 1, 3`,
  );

async function digestsOf({ query }: TestDatabase): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const table of tables) {
    const [row] = await query<{ digest: string }>(
      `select md5(string_agg(record::text, ',' order by id)) as digest from crm.${table} record`,
    );
    digests[table] = row?.digest ?? '';
  }
  return digests;
}

async function count(sql: string): Promise<number> {
  const [row] = await database.query<{ count: string }>(`select count(*) from ${sql}`);
  return Number(row?.count);
}

describe('a scaled company', () => {
  test('a scaled company has as many records as were asked for', async () => {
    const counts = {
      contracts: await count('crm.contract'),
      clients: await count('crm.client'),
      events: await count('crm.event'),
      employees: await count('crm.employee'),
    };

    expect(counts).toEqual(size);
    expect(await count('identity.credential where not must_change')).toBe(size.employees);
  });

  test('every foreign key of a scaled company holds', async () => {
    const keys = await database.query<{ name: string; broken: string }>(
      `select conname as name, format(
         'crm.%1$I referring where %2$I is not null and not exists (select from %3$s referred where referred.%4$I = referring.%2$I)',
         relname, own.attname, confrelid::regclass, other.attname) as broken
       from pg_constraint
       join pg_class on pg_class.oid = conrelid
       join pg_attribute own on own.attrelid = conrelid and own.attnum = conkey[1]
       join pg_attribute other on other.attrelid = confrelid and other.attnum = confkey[1]
       where contype = 'f' and relnamespace = 'crm'::regnamespace`,
    );

    expect(keys.length).toBeGreaterThan(10);
    for (const { name, broken } of keys) {
      expect({ name, broken: await count(broken) }).toEqual({ name, broken: 0 });
    }
  });

  test.each([
    [
      'what remains to be paid is the total less the payments',
      `crm.contract where amount_to_be_paid <> total_amount - coalesce(
         (select sum(amount) from crm.payment where contract_id = contract.id), 0)`,
    ],
    [
      'the totals of days are what the records add up to',
      `(select subject, day, employee_id from (
          select subject, day, employee_id, records, amount from crm_private.daily_total
          union all
          select subject, day, employee_id, -records, -amount from crm_private.daily_count) counted
        group by subject, day, employee_id
        having sum(records) <> 0 or sum(amount) <> 0) wrong`,
    ],
    [
      'the sales contact of a contract is that of its client',
      'crm.contract join crm.client on client.id = client_id where commercial_id <> commercial_contact_id',
    ],
    [
      'the sales contact of a client is an active sales employee',
      `crm.client join crm.employee on employee.id = commercial_contact_id
       where department <> 'sales' or not active`,
    ],
    [
      'the support contact of an event is an active support employee',
      `crm.event join crm.employee on employee.id = support_contact_id
       where department <> 'support' or not active`,
    ],
    [
      'an event is of a signed contract',
      "crm.event join crm.contract on contract.id = contract_id where contract.status <> 'signed'",
    ],
    [
      'an event begins after its contract was signed',
      'crm.event join crm.contract on contract.id = contract_id where start_date <= signed_at',
    ],
    [
      'payments are of signed contracts, and not made before the signature',
      `crm.payment join crm.contract on contract.id = contract_id
       where contract.status <> 'signed' or paid_on < signed_at::date - 1`,
    ],
    [
      'a contract is not older than its client',
      'crm.contract join crm.client on client.id = client_id where first_contact > creation_date::date',
    ],
    [
      'what was done was done in the past',
      `(select last_update as at from crm.client union all select creation_date from crm.contract
        union all select signed_at from crm.contract union all select creation_date from crm.employee
        union all select updated_at from crm.contract union all select updated_at from crm.event
        union all select created_at from crm.notification union all select read_at from crm.notification) past
       where at > now()`,
    ],
    [
      'versions begin with 1',
      `(select version from crm.client union all select version from crm.contract
        union all select version from crm.event union all select version from crm.employee) record
       where version <> 1`,
    ],
    [
      'a notification is about what concerns its recipient',
      `crm.notification join crm.employee on employee.id = recipient_id
       left join crm.event on event.id = event_id
       left join crm.contract on contract.id = notification.contract_id
       where not active or coalesce(support_contact_id, contract.commercial_id) <> recipient_id
         and department <> 'management'`,
    ],
    ['history has no row of it', 'audit.change'],
    ['no mail is to be sent', 'graphile_worker._private_jobs'],
  ])('%s', async (_, violations) => {
    expect(await count(violations)).toBe(0);
  });

  test('one of sales and one of support have a fifth of the work', async () => {
    const busy = await scaledCompany(database.adminUrl);
    if (typeof busy === 'string') throw new Error(busy);
    const share = async (table: string, contact: string, email: string) => {
      const own = `crm.${table} join crm.employee on employee.id = ${contact} where employee.email = '${email}'`;
      return (await count(own)) / (await count(`crm.${table}`));
    };

    expect(await share('client', 'commercial_contact_id', busy.salesperson)).toBeCloseTo(0.2, 1);
    expect(await share('contract', 'commercial_id', busy.salesperson)).toBeCloseTo(0.2, 1);
    expect(await share('event', 'support_contact_id', busy.supporter)).toBeCloseTo(0.2, 1);
  });

  test('statuses, payments and words are as frequent as they should be', async () => {
    const share = async (table: string, condition: string) =>
      (await count(`crm.${table} where ${condition}`)) / (await count(`crm.${table}`));

    expect(await share('contract', "status = 'draft'")).toBe(0.3);
    expect(await share('contract', "status = 'cancelled'")).toBe(0.05);
    expect(await share('contract', "status = 'signed' and amount_to_be_paid > 0")).toBeCloseTo(
      0.22,
      1,
    );
    expect(await share('client', "company_name like 'Banque %'")).toBeCloseTo(0.14, 1);
    expect(await share('event', "location like 'Place %'")).toBeCloseTo(0.2, 1);
    expect(await share('event', 'start_date > now()')).toBeCloseTo(0.1, 1);
    const upcoming = await count('crm.event where start_date > now()');
    const open = await count('crm.event where support_contact_id is null');
    expect(open / upcoming).toBeGreaterThan(0.01);
    expect(open / upcoming).toBeLessThan(0.1);
    expect(
      await count('crm.event where support_contact_id is null and start_date <= current_date'),
    ).toBe(0);
  });

  test('indexes and triggers are what they were', async () => {
    expect(await schemaOf(database)).toEqual(schemaBefore);
  });

  test('the same seed makes the same rows, and another one others', async () => {
    const [same, other] = await Promise.all([cloneDatabase(), cloneDatabase()]);
    try {
      await fillScaledCompany(same.adminUrl, size, { connections: 1 });
      await fillScaledCompany(other.adminUrl, size, { seed: 2 });
      const digests = await digestsOf(database);

      expect(await digestsOf(same)).toEqual(digests);
      const others = await digestsOf(other);
      expect(tables.filter((table) => others[table] === digests[table])).toEqual([]);
    } finally {
      await Promise.all([same.drop(), other.drop()]);
    }
  });

  test('a database that is not empty is refused, and left as it is', async () => {
    await expect(fillScaledCompany(database.adminUrl, size)).rejects.toThrow(
      'The database is not empty',
    );
    expect(await schemaOf(database)).toEqual(schemaBefore);
  });

  test('new records follow, and their history begins', async () => {
    const [client] = await database.query<{ id: number; version: number }>(
      `insert into crm.client (full_name, email, commercial_contact_id)
       values ('A. B.', 'a@b.example', 1) returning id, version`,
    );

    expect(client).toEqual({ id: size.clients + 1, version: 1 });
    expect(await count(`audit.change`)).toBe(1);
  });
});
