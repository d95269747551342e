import type { Epic } from '../support/epic.ts';
import { newProgram } from '../support/programs.ts';
import { type Office, openOffice, password, type Role, staff } from './office.ts';

/** How a command is run in tests of every command. */
export interface Case {
  /** The employee who runs it; none for commands about logging in. */
  as?: Role;
  /** What comes after its name; `n` counts the runs from 0, for what can be done to a record only once. */
  args?: (n: number) => readonly string[];
  input?: (n: number) => string;
  /** Where it does not end with 0. */
  code?: number;
  /** Where it has no --csv: nothing but JSON, or text. */
  only?: 'json' | 'text';
  /** Where CSV is not the rows of the JSON. */
  differs?: true;
}

const march = ['--between', '2031-03-01..2031-04-30'];
const csvOf = (header: string, ...lines: string[]) => `${[header, ...lines].join('\n')}\n`;
const words = (n: number) =>
  `words of ${['one', 'two', 'three', 'four', 'five'][n]} and the same employee`;

/** Commands that work several times, by their names. */
export const cases: Record<string, Case> = {
  login: { args: () => ['--email', staff.sales.email, '--password-stdin'], input: () => password },
  logout: {},
  whoami: { as: 'sales' },
  password: {
    as: 'otherSupport',
    args: () => ['--password-stdin'],
    input: (n) => `${n === 0 ? password : words(n)}\n${words(n + 1)}\n`,
  },
  token: { as: 'sales' },
  'client list': { as: 'sales', args: () => ['--limit', '3', '--sort', 'name'] },
  'client view': { as: 'support', args: () => ['1'] },
  'client create': {
    as: 'otherSales',
    args: (n) => ['--name', `Nina Roux ${n}`, '--email', `nina${n}@x.example`],
  },
  'client update': { as: 'sales', args: (n) => ['1', '--phone', `+33 6 00 00 00 0${n}`] },
  'client import': {
    as: 'otherSales',
    args: () => ['-'],
    input: (n) => csvOf('name,email', `Ida ${n},ida${n}@x.example`, `Udo ${n},udo${n}@x.example`),
  },
  'client contacted': { as: 'sales', args: () => ['1'] },
  'client handover': { as: 'manager', args: (n) => [String(2 + n), '--to', '2'] },
  'client merge': { as: 'manager', args: (n) => ['1', String(14 + n), '--yes'] },
  'client erase': { as: 'manager', args: (n) => [String(6 + n), '--yes'] },
  'contract list': { as: 'support', args: () => ['--limit', '3'] },
  'contract view': { as: 'support', args: () => ['1'] },
  'contract create': { as: 'sales', args: () => ['--client', '1', '--total', '12500.50'] },
  'contract update': { as: 'sales', args: (n) => ['2', '--total', `${9000 + n}`] },
  'contract import': {
    as: 'sales',
    args: () => ['-'],
    input: () => csvOf('clientId,total', '1,10', '1,20.50'),
  },
  'contract sign': { as: 'sales', args: (n) => [String(3 + n)] },
  'contract pay': { as: 'sales', args: () => ['1', '--amount', '100', '--on', '2026-05-06'] },
  'contract cancel': { as: 'manager', args: (n) => [String(7 + n), '--yes'] },
  'contract delete': { as: 'manager', args: (n) => [String(11 + n), '--yes'] },
  'payment list': { as: 'support', args: () => ['--limit', '3'] },
  'event list': { as: 'support', args: () => ['--limit', '3', '--sort', 'id'] },
  'event view': { as: 'sales', args: () => ['1'] },
  'event calendar': { as: 'support', args: () => ['--month', '2031-03'] },
  'event agenda': { as: 'support', args: () => ['--between', '2031-03-01..2031-03-31'] },
  'event sheet': { as: 'sales', args: () => ['1'] },
  'event create': {
    as: 'sales',
    args: (n) => [
      '--contract',
      '1',
      '--title',
      `Gala ${n}`,
      '--start',
      '2031-05-01 18:00',
      '--end',
      '2031-05-01 23:00',
    ],
  },
  'event update': { as: 'support', args: (n) => ['1', '--attendees', `${100 + n}`] },
  'event import': {
    as: 'sales',
    args: () => ['-'],
    input: (n) =>
      csvOf('contractId,title,start,end', `1,Ball ${n},2031-06-01 18:00,2031-06-01 23:00`),
  },
  'event assign': { as: 'manager', args: () => ['2', '--support', '3'] },
  'event unassign': { as: 'manager', args: (n) => [String(3 + n)] },
  'event delete': { as: 'manager', args: (n) => [String(7 + n), '--yes'] },
  'employee list': { as: 'support', args: () => ['--limit', '4'] },
  'employee view': { as: 'sales', args: () => ['5'] },
  'employee create': {
    as: 'manager',
    args: (n) => [
      '--name',
      `Zoé ${n}`,
      '--email',
      `zoe${n}@epic.example`,
      '--department',
      'support',
    ],
  },
  'employee update': { as: 'manager', args: (n) => ['7', '--name', `Karim ${n}`] },
  'employee reset-password': { as: 'manager', args: () => ['7', '--yes'] },
  'employee deactivate': { as: 'manager', args: (n) => [String(8 + n), '--yes'] },
  'employee reactivate': { as: 'manager', args: (n) => [String(8 + n)] },
  'employee delete': { as: 'manager', args: (n) => [String(12 + n), '--yes'] },
  'note list': { as: 'sales', args: () => ['--limit', '3', '--sort', 'id'] },
  'note view': { as: 'support', args: () => ['1'] },
  'note add': {
    as: 'support',
    args: (n) => ['contract', '1', `Note ${n}`, '--remind', '2031-01-02'],
  },
  'note update': { as: 'sales', args: (n) => ['2', '--remind', `2031-02-0${n + 1}`] },
  'note done': { as: 'sales', args: (n) => [String(3 + n)] },
  'note reopen': { as: 'sales', args: (n) => [String(7 + n)] },
  'note delete': { as: 'sales', args: (n) => [String(11 + n), '--yes'] },
  'notification list': { as: 'support', args: () => ['--limit', '3'] },
  'notification read': { as: 'support', args: (n) => [String(unread[n])] },
  'session list': { as: 'otherManager' },
  'session revoke': { as: 'otherManager', args: () => ['--others'] },
  'second-factor status': { as: 'sales' },
  'second-factor enable': {
    as: 'otherSales',
    args: () => ['--password-stdin'],
    input: () => password,
  },
  'service list': { as: 'manager' },
  'service revoke': { as: 'manager', args: (n) => [`backup-${n}`, '--yes'] },
  'config get': { as: 'sales', args: () => ['limit'] },
  'config set': { as: 'sales', args: (n) => ['limit', `${20 + n}`] },
  'config unset': { as: 'sales', args: () => ['limit'] },
  can: { as: 'sales', args: () => ['update', 'client', '20'], code: 5 },
  history: { as: 'manager', args: () => ['contract', '2', '--absolute'] },
  search: { as: 'support', args: () => ['dupont', '--limit', '4'] },
  report: { as: 'manager', args: () => march, differs: true },
  menu: { as: 'sales', code: 2, only: 'text' },
  api: { as: 'sales', args: () => ['{ me { fullName } }'], only: 'json' },
  completion: { args: () => ['bash'], only: 'text' },
  version: {},
};

/** Notifications of support. */
let unread: number[] = [];

/** An office with the records that the cases are about. */
export async function openFullOffice(): Promise<Office> {
  const office = await openOffice();
  await office.database.query(
    `insert into crm.employee (full_name, email, department)
     select 'Employee ' || n, 'employee' || n || '@epic.example', 'support' from generate_series(7, 15) n;
     insert into crm.client (full_name, email, phone, company_name, first_contact, commercial_contact_id)
     select 'Ana Dupont ' || n, 'ana' || n || '@x.example', '+33 6 12 34 56 78', 'Dupont ' || n, '2026-02-03', case when n < 20 then 1 else 2 end
     from generate_series(1, 20) n;
     insert into crm.contract (client_id, total_amount)
     select 1, 1000 * n from generate_series(1, 14) n;
     update crm.contract set status = 'signed' where id = 1;
     insert into crm.note (client_id, author_id, body, created_at, remind_on, done_at)
     select case n when 1 then 1 else 3 end, 1, 'Call about dessert ' || n, '2026-02-03 10:00Z', '2031-01-01'::date + n,
       case when n between 7 and 10 then '2026-02-04 10:00Z'::timestamptz end
     from generate_series(1, 14) n;
     do $$
     begin
       -- One by one: those that are planned together are one notification.
       for n in 1 .. 10 loop
         insert into crm.event (contract_id, title, start_date, end_date, location, attendees, support_contact_id)
         values (1, 'Evening ' || n, '2031-03-01 17:30Z'::timestamptz + n * interval '1 day',
                 '2031-03-01 22:00Z'::timestamptz + n * interval '1 day', 'Lyon', 10 * n, 3);
       end loop;
     end
     $$`,
  );
  for (let n = 0; n < 6; n++) {
    await newProgram(office.database, `backup-${n}`, staff.sales.email);
  }
  const told = await office.database.query<{ id: number }>(
    'select id from crm.notification where recipient_id = 3 order by id',
  );
  unread = told.map(({ id }) => id);
  return office;
}

/** The `epic` that runs a case, with what has to be there before it. */
export async function epicFor(office: Office, name: string): Promise<Epic> {
  const logIn = (email: string) => ['login', '--email', email, '--password-stdin'];
  if (name === 'session revoke') {
    const elsewhere = await office.stranger();
    await elsewhere.run(logIn(staff.otherManager.email), { input: password });
  }
  const { as } = cases[name] ?? {};
  if (as) return office.at(as);
  const epic = await office.stranger();
  if (name === 'logout') await epic.run(logIn(staff.sales.email), { input: password });
  return epic;
}
