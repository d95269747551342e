import { loadCompany } from '../../src/server/demo/company.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

let company: TestDatabase;

beforeAll(async () => {
  company = await cloneDatabase();
  await loadCompany(company.adminUrl);
  const today = await company.query<{ day: string }>(
    "select to_char(now() at time zone 'Europe/Paris', 'YYYY-MM-DD') as day",
  );
  const day = today[0]?.day ?? '';
  periods = [
    [`${Number(day.slice(0, 4)) - 2}${day.slice(4, 7)}-01`, day],
    [day, day],
    [`${day.slice(0, 7)}-01`, `${Number(day.slice(0, 4)) + 1}-12-31`],
    [day, `${day.slice(0, 7)}-01`],
  ];
});

afterAll(async () => {
  await company.drop();
});

type Period = [firstDay: string, lastDay: string];
let periods: Period[] = [];
const zones = ['UTC', 'Europe/Paris', 'America/New_York', 'Asia/Kolkata', 'Pacific/Kiritimati'];

/** A call of a report as `crm.report($1, …)`, and the same counted from the records. */
interface Report {
  call: string;
  counted: string;
}

const inPeriod = (column: string) =>
  `${column} >= $1::date::timestamp at time zone $3 and ${column} < ($2::date + 1)::timestamp at time zone $3`;

const ofPeriods: Record<string, Report> = {
  'revenue by month': {
    call: 'crm.revenue_by_month($1, $2, $3)',
    counted: `
      select month::date, count(contract), coalesce(sum(contract.total_amount), 0)::numeric(16,2), (
        select coalesce(sum(amount), 0)::numeric(16,2) from crm.payment
        where paid_on between $1 and $2 and date_trunc('month', paid_on::timestamp) = month)
      from generate_series(date_trunc('month', $1::date::timestamp), $2::date::timestamp, interval '1 month') month
      left join crm.contract on status = 'signed' and ${inPeriod('signed_at')}
        and date_trunc('month', signed_at at time zone $3) = month
      where $1::date <= $2::date
      group by month order by month`,
  },
  'revenue by salesperson': {
    call: 'crm.revenue_by_salesperson($1, $2, $3)',
    counted: `
      select id, full_name, signed.contracts, signed.amount::numeric(16,2), paid.amount::numeric(16,2)
      from crm.employee
      cross join lateral (
        select count(*) as contracts, coalesce(sum(total_amount), 0) as amount from crm.contract
        where commercial_id = employee.id and status = 'signed' and ${inPeriod('signed_at')}) signed
      cross join lateral (
        select count(*) as payments, coalesce(sum(amount), 0) as amount
        from crm.payment join crm.contract on contract.id = contract_id
        where commercial_id = employee.id and paid_on between $1 and $2) paid
      where department = 'sales' and active or signed.contracts > 0 or paid.payments > 0
      order by signed.amount desc, full_name, id`,
  },
  'load by support contact': {
    call: 'crm.load_by_support_contact($1, $2, $3)',
    counted: `
      select person.id, full_name, load.events, load.upcoming, load.next_start
      from (
        select id, full_name, department = 'support' and active as is_expected from crm.employee
        union all select null, null, false) person
      cross join lateral (
        select count(*) filter (where ${inPeriod('start_date')}) as events,
               count(*) filter (where start_date >= now()) as upcoming,
               min(start_date) filter (where start_date >= now()) as next_start
        from crm.event where support_contact_id is not distinct from person.id and status <> 'cancelled') load
      where is_expected or load.events > 0 or load.upcoming > 0
      order by load.upcoming desc, full_name, person.id`,
  },
};

const ofToday: Record<string, Report> = {
  'pipeline by age': {
    call: 'crm.pipeline_by_age()',
    counted: `
      select from_days, to_days, count(contract), coalesce(sum(total_amount), 0)::numeric(16,2)
      from (values (0, 30), (31, 90), (91, 100000)) band (from_days, last_days)
      cross join lateral (select case when from_days < 91 then last_days end) shown (to_days)
      left join crm.contract on status = 'draft'
        and floor(extract(epoch from now() - creation_date) / 86400) between from_days and last_days
      group by from_days, to_days order by from_days`,
  },
  'what is overdue by salesperson': {
    call: 'crm.overdue_by_salesperson()',
    counted: `
      select employee.id, full_name, count(*), sum(amount_to_be_paid)::numeric(16,2), min(signed_at)
      from crm.contract join crm.employee on employee.id = commercial_id
      where status = 'signed' and amount_to_be_paid > 0 and signed_at < now() - interval '30 days'
      group by employee.id order by sum(amount_to_be_paid) desc, full_name, employee.id`,
  },
};

/** What a department is told, and what the records say, in the same transaction. */
async function compare(department: string, { call, counted }: Report, values: string[]) {
  const [person] = await company.query<{ email: string }>(
    'select email from crm.employee where department = $1 and active order by id limit 1',
    [department],
  );
  await company.query('begin');
  try {
    await company.query('select dba.impersonate($1)', [person?.email]);
    const lines = async (query: string) =>
      (
        await company.query<{ line: string }>(
          `select row(found.*)::text as line from (${query}) found`,
          values,
        )
      ).map(({ line }) => line);
    return { reported: await lines(`select * from ${call}`), counted: await lines(counted) };
  } finally {
    await company.query('rollback');
  }
}

describe.each(['sales', 'support', 'management'])('the reports of %s', (department) => {
  test.each(Object.entries(ofPeriods))(
    '%s is what the records add up to, in every time zone',
    async (_, report) => {
      for (const zone of zones) {
        for (const period of periods) {
          const { reported, counted } = await compare(department, report, [...period, zone]);
          expect(reported).toEqual(counted);
        }
      }
    },
  );

  test.each(Object.entries(ofToday))('%s is what the records add up to', async (_, report) => {
    const { reported, counted } = await compare(department, report, []);

    expect(reported.length).toBeGreaterThan(0);
    expect(reported).toEqual(counted);
  });
});
