import { Client } from 'pg';
import { databasePath, runSqlFile, sqlFilesIn } from '../database/sql-file.ts';
import { OperatorError } from '../errors/errors.ts';
import { hashNewPassword } from '../identity/passwords.ts';
import { demoPassword } from './company.ts';

/** How many of each there are. Of contracts, a multiple of 20. */
export interface CompanySize {
  contracts: number;
  clients: number;
  events: number;
  /** At least 20. */
  employees: number;
}

/** The sizes of `epic-server demo --scale`, by contracts. */
export const scales = {
  '10k': { contracts: 10_000, clients: 5_000, events: 8_000, employees: 40 },
  '1m': { contracts: 1_000_000, clients: 500_000, events: 850_000, employees: 300 },
  '10m': { contracts: 10_000_000, clients: 5_000_000, events: 8_000_000, employees: 500 },
} as const satisfies Record<string, CompanySize>;

export type Scale = keyof typeof scales;

export interface ScaledCompanyOptions {
  /** The same seed makes the same company, on the same day. */
  seed?: number;
  /** How many connections write at a time: one for each core that PostgreSQL has. */
  connections?: number;
  /** Called with messages about progress. */
  say?: (line: string) => void;
}

/** People of a scaled company, by their e-mail addresses. Both of `sales` and `support` run a fifth of everything. */
export interface ScaledCompany {
  salesperson: string;
  supporter: string;
  manager: string;
}

/** Written from so many ids at a time. */
const CHUNK = 500_000;
const FILLED = ['crm.event', 'crm.contract', 'crm.client', 'crm.payment'];

// History has nothing of these rows: its triggers fire whatever session_replication_role says.
const HISTORY_TRIGGERS = `
  select format('alter table %s %%s trigger %I', tgrelid::regclass, tgname) as statement
  from pg_trigger
  where tgfoid = 'audit.record_change'::regproc and tgrelid::regclass::text like 'crm.%'`;

// Not valid until they are built again, so that no row is added to them; definitions and comments stay.
const SET_INDEXES_ASIDE = `
  update pg_index set indisready = false, indisvalid = false where indrelid::regclass::text = any ($1)`;

// The slowest first, so that the connections end at about the same time.
const INDEXES_ASIDE = `
  select indexrelid::regclass::text as name
  from pg_index
  join pg_class on pg_class.oid = indexrelid
  join pg_am on pg_am.oid = relam
  where not indisvalid and indrelid::regclass::text = any ($1)
  order by amname = 'btree', exists (
    select from pg_attribute where attrelid = indexrelid and atttypid = 'text'::regtype) desc, 1`;

/**
 * Fills a deployed database that has no employees with a company of that size (db/demo/scale), of which everyone has
 * the demo password. Needs a superuser, because triggers stand aside. What fails leaves a database to be dropped.
 * @throws OperatorError if the database is not empty.
 */
export async function fillScaledCompany(
  adminUrl: string,
  size: CompanySize,
  { seed = 1, connections = 2, say = () => undefined }: ScaledCompanyOptions = {},
): Promise<void> {
  const passwordHash = await hashNewPassword(demoPassword);
  const clients = await Promise.all(
    Array.from({ length: connections }, () => connect(adminUrl, size, seed)),
  );
  const [first] = clients;
  if (first === undefined) throw new RangeError('At least one connection is needed.');
  try {
    await setAside(first);
    say(`${number(size.contracts)} contracts, ${number(size.clients)} clients …`);
    await runTasks(clients, fillTasks(size));
    const { rows } = await first.query<{ name: string }>(INDEXES_ASIDE, [FILLED]);
    say(`${rows.length} indexes …`);
    await runTasks(clients, [
      'call crm_private.rebuild_daily_totals()',
      ...rows.map(({ name }) => `reindex index ${name}`),
    ]);
    await complete(first, passwordHash);
    say('statistics …');
    await runTasks(
      clients,
      [
        ...FILLED,
        'crm.notification',
        'crm.employee',
        'identity.credential',
        'crm_private.daily_total',
      ].map((table) => `vacuum (analyze) ${table}`),
    );
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

/** The company in a database, unless that is empty, or an interrupted run left a part of one. */
export async function scaledCompany(
  adminUrl: string,
): Promise<ScaledCompany | 'empty' | 'interrupted'> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    return await stateOf(client);
  } finally {
    await client.end();
  }
}

async function stateOf(client: Client): Promise<ScaledCompany | 'empty' | 'interrupted'> {
  const { rows: people } = await client.query<{ department: string; email: string }>(
    'select distinct on (department) department, email from crm.employee order by department, id',
  );
  const first = (department: string) =>
    people.find((person) => person.department === department)?.email ?? '';
  if (people.length > 0) {
    return {
      salesperson: first('sales'),
      supporter: first('support'),
      manager: first('management'),
    };
  }
  const { rows } = await client.query<{ isUntouched: boolean }>(
    `select not exists (select from crm.client) and bool_and(indisready) as "isUntouched"
       from pg_index where indrelid::regclass::text = any ($1)`,
    [FILLED],
  );
  return rows[0]?.isUntouched === true ? 'empty' : 'interrupted';
}

async function connect(adminUrl: string, size: CompanySize, seed: number): Promise<Client> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  const settings = {
    ...Object.fromEntries(
      Object.entries({ ...size, seed }).map(([name, n]) => [`demo.${name}`, n]),
    ),
    // a day is one of Paris, also where rules compare with current_date
    timezone: 'Europe/Paris',
    session_replication_role: 'replica',
    statement_timeout: 0,
    maintenance_work_mem: '512MB',
    work_mem: '512MB',
    // one index a connection
    max_parallel_maintenance_workers: 0,
    synchronous_commit: 'off',
    jit: 'off',
  };
  for (const [name, value] of Object.entries(settings)) {
    await client.query('select set_config($1, $2, false)', [name, String(value)]);
  }
  for (const file of await sqlFilesIn(databasePath('demo', 'scale')))
    await runSqlFile(client, file);
  return client;
}

async function setAside(client: Client): Promise<void> {
  await client.query('begin');
  if ((await stateOf(client)) !== 'empty') {
    throw new OperatorError(
      'The database is not empty: a company is only loaded into a new one.',
      'Start over with --fresh.',
    );
  }
  await switchHistory(client, 'disable');
  await client.query(SET_INDEXES_ASIDE, [FILLED]);
  await client.query('commit');
}

async function switchHistory(client: Client, action: 'disable' | 'enable always'): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(HISTORY_TRIGGERS);
  for (const { statement } of rows) await client.query(statement.replace('%s', action));
}

/** Employees come last, and tell a complete company from one that was interrupted. */
async function complete(client: Client, passwordHash: string): Promise<void> {
  await client.query('begin');
  await client.query('select pg_temp.fill_employee()');
  await switchHistory(client, 'enable always');
  await client.query('set session_replication_role = origin');
  await client.query(
    `insert into identity.credential (employee_id, password_hash, must_change)
     select id, $1, false from crm.employee`,
    [passwordHash],
  );
  await client.query('set synchronous_commit = on');
  await client.query('commit');
}

function fillTasks({ contracts, clients, events }: CompanySize): string[] {
  const fill = (name: string, count: number): string[] =>
    Array.from(
      { length: Math.ceil(count / CHUNK) },
      (_, nth) =>
        `select pg_temp.fill_${name}(${nth * CHUNK + 1}, ${Math.min((nth + 1) * CHUNK, count)})`,
    );
  return [
    ...fill('event', events),
    ...fill('client', clients),
    ...fill('contract', contracts),
    ...fill('payment', contracts),
  ];
}

/** Runs each statement on the next connection that is free. */
async function runTasks(clients: readonly Client[], statements: readonly string[]): Promise<void> {
  const waiting = statements.values();
  await Promise.all(
    clients.map(async (client) => {
      for (const statement of waiting) await client.query(statement);
    }),
  );
}

function number(count: number): string {
  return count.toLocaleString('en');
}
