import { everyCommand } from '../support/commands.ts';
import type { Epic } from '../support/epic.ts';
import { newProgram } from '../support/programs.ts';
import { totp } from '../support/totp.ts';
import { type Office, openOffice, password, soldContract, staff } from './office.ts';

// What scripts rely on: the fields of --json of every command, in their order, and the types of their values.
// A field may be added; what is here stays.

let office: Office;
let sales: Epic;
let manager: Epic;
let client: string;
let contract: string;

const id = 'number';
const instant = '2026-12-01T17:30:00Z';
const date = '2026-12-01';
const money = '12500.00';
const orNull = (type: string) => `${type} or null`;

const types: Record<string, RegExp> = {
  number: /^\d+$/,
  string: /^"/,
  boolean: /^(true|false)$/,
  array: /^\[/,
  object: /^\{/,
  [instant]: /^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"$/,
  [date]: /^"\d{4}-\d\d-\d\d"$/,
  [money]: /^"\d+\.\d\d"$/,
};

const event = {
  id,
  title: 'string',
  start: instant,
  end: instant,
  status: 'string',
  support: orNull('string'),
  supportId: orNull(id),
  client: 'string',
  clientName: 'string',
  clientEmail: 'string',
  clientPhone: orNull('string'),
  salesContact: 'string',
  salesContactId: id,
  contractId: id,
  location: orNull('string'),
  attendees: 'number',
  notes: orNull('string'),
  version: 'number',
};

const client_ = {
  id,
  name: 'string',
  company: orNull('string'),
  email: orNull('string'),
  phone: orNull('string'),
  salesContact: 'string',
  salesContactId: id,
  firstContact: date,
  lastUpdate: instant,
  erased: orNull(instant),
  version: 'number',
};

const contract_ = {
  id,
  client: 'string',
  clientId: id,
  status: 'string',
  total: money,
  toBePaid: money,
  salesContact: 'string',
  salesContactId: id,
  created: instant,
  signed: orNull(instant),
  version: 'number',
};

const employee = {
  id,
  name: 'string',
  department: 'string',
  email: 'string',
  phone: orNull('string'),
  active: 'boolean',
  created: instant,
  version: 'number',
};

const salesContact = {
  salesContactPhone: orNull('string'),
  salesContactEmail: 'string',
};

const eventSheet = {
  ...event,
  supportPhone: orNull('string'),
  supportEmail: orNull('string'),
  ...salesContact,
  notesAbout: 'array',
};

const shapes = {
  client: client_,
  payment: {
    id,
    paidOn: date,
    amount: money,
    client: 'string',
    clientId: id,
    contractId: id,
    recordedBy: 'string',
    recordedById: id,
  },
  // `view`: the fields, and an array for each list below them, its rows as in that list
  clientSheet: {
    ...client_,
    ...salesContact,
    contracts: 'array',
    events: 'array',
    notesAbout: 'array',
  },
  merged: { ...client_, mergedId: id, moved: 'object', filled: 'array' },
  contract: contract_,
  contractSheet: {
    ...contract_,
    overdue: 'boolean',
    clientName: 'string',
    clientEmail: 'string',
    clientPhone: orNull('string'),
    payments: 'array',
    events: 'array',
    notesAbout: 'array',
  },
  event,
  eventSheet,
  dated: { ...event, mine: 'boolean', doubleBooked: 'boolean' },
  employee,
  employeeSheet: {
    ...employee,
    clients: 'number',
    contractsToGetSigned: 'number',
    contractsToBePaid: 'number',
    eventsToCome: 'number',
    events: 'array',
  },
  note: {
    id,
    remind: orNull(date),
    text: 'string',
    about: 'string',
    author: 'string',
    done: orNull(instant),
    created: instant,
    clientId: orNull(id),
    contractId: orNull(id),
    eventId: orNull(id),
    authorId: id,
    version: 'number',
  },
  notification: {
    id,
    when: instant,
    message: 'string',
    kind: 'string',
    eventId: orNull(id),
    contractId: orNull(id),
    employeeId: orNull(id),
    noteId: orNull(id),
    recipientId: id,
    about: orNull('string'),
    before: orNull('object'),
    after: orNull('object'),
    read: orNull(instant),
  },
  session: {
    id: 'string',
    lastUsed: instant,
    loggedIn: instant,
    program: orNull('string'),
    endsIfUnused: instant,
    current: 'boolean',
    readOnly: 'boolean',
    endsAtTheLatest: instant,
  },
  person: {
    id,
    name: 'string',
    email: 'string',
    department: 'string',
    server: 'string',
    readOnly: 'boolean',
  },
  service: {
    name: 'string',
    actsAs: 'string',
    readOnly: 'boolean',
    lastUsed: orNull(instant),
    created: instant,
    expires: orNull(instant),
    actsAsId: id,
  },
  change: {
    id: 'string',
    when: instant,
    who: 'string',
    action: 'string',
    record: 'string',
    recordId: id,
    employeeId: orNull(id),
    employee: orNull('string'),
    program: orNull('string'),
    databaseUser: orNull('string'),
    transaction: 'string',
    before: orNull('object'),
    after: orNull('object'),
    what: 'string',
  },
  answer: {
    allowed: orNull('boolean'),
    verdict: 'string',
    contact: orNull('string'),
    verb: 'string',
    record: 'string',
    id: orNull(id),
    columns: orNull('array'),
    steps: 'array',
  },
  login: {
    id,
    name: 'string',
    email: 'string',
    department: 'string',
    server: 'string',
    mustChangePassword: 'boolean',
    readOnly: 'boolean',
  },
  newEmployee: { ...employee, oneTimePassword: 'string' },
  token: { token: 'string', ends: instant, server: 'string' },
  report: {
    pipeline: 'array',
    months: 'array',
    salespeople: 'array',
    overdue: 'array',
    support: 'array',
  },
  imported: { created: 'number', updated: 'number', unchanged: 'number', dryRun: 'boolean' },
  found: { kind: 'string', id, title: 'string', detail: orNull('string'), closeness: 'string' },
  server: { server: 'string' },
  changed: { changed: 'boolean' },
  secondFactor: {
    enabled: orNull(instant),
    recoveryCodesLeft: 'number',
    required: 'boolean',
  },
  enabling: { secret: orNull('string'), uri: orNull('string'), recoveryCodes: orNull('array') },
  recoveryCodes: { recoveryCodes: 'array' },
  enabled: { enabled: 'boolean' },
  setting: { setting: 'string', value: orNull('string'), from: 'string' },
};

type Shape = keyof typeof shapes;

/** What every command gives: one of something, or an array of it. */
const given: Record<string, { shape: Shape; isArray?: true }> = {
  login: { shape: 'login' },
  logout: { shape: 'server' },
  whoami: { shape: 'person' },
  password: { shape: 'changed' },
  token: { shape: 'token' },
  can: { shape: 'answer' },
  history: { shape: 'change', isArray: true },
  report: { shape: 'report' },
  search: { shape: 'found', isArray: true },
  'client list': { shape: 'client', isArray: true },
  'client view': { shape: 'clientSheet' },
  'client create': { shape: 'client' },
  'client update': { shape: 'client' },
  'client import': { shape: 'imported' },
  'client contacted': { shape: 'client' },
  'client handover': { shape: 'client' },
  'client merge': { shape: 'merged' },
  'client erase': { shape: 'client' },
  'contract list': { shape: 'contract', isArray: true },
  'contract view': { shape: 'contractSheet' },
  'contract create': { shape: 'contract' },
  'contract update': { shape: 'contract' },
  'contract import': { shape: 'imported' },
  'contract sign': { shape: 'contract' },
  'contract pay': { shape: 'contract' },
  'contract cancel': { shape: 'contract' },
  'contract delete': { shape: 'contract' },
  'payment list': { shape: 'payment', isArray: true },
  'note list': { shape: 'note', isArray: true },
  'note view': { shape: 'note' },
  'note add': { shape: 'note' },
  'note update': { shape: 'note' },
  'note done': { shape: 'note' },
  'note reopen': { shape: 'note' },
  'note delete': { shape: 'note' },
  'event list': { shape: 'event', isArray: true },
  'event view': { shape: 'eventSheet' },
  'event calendar': { shape: 'dated', isArray: true },
  'event agenda': { shape: 'event', isArray: true },
  'event sheet': { shape: 'eventSheet' },
  'event create': { shape: 'event' },
  'event update': { shape: 'event' },
  'event import': { shape: 'imported' },
  'event assign': { shape: 'event' },
  'event unassign': { shape: 'event' },
  'event delete': { shape: 'event' },
  'employee list': { shape: 'employee', isArray: true },
  'employee view': { shape: 'employeeSheet' },
  'employee create': { shape: 'newEmployee' },
  'employee update': { shape: 'employee' },
  'employee reset-password': { shape: 'newEmployee' },
  'employee deactivate': { shape: 'employee' },
  'employee reactivate': { shape: 'employee' },
  'employee delete': { shape: 'employee' },
  'notification list': { shape: 'notification', isArray: true },
  'notification read': { shape: 'notification', isArray: true },
  'session list': { shape: 'session', isArray: true },
  'session revoke': { shape: 'session', isArray: true },
  'service list': { shape: 'service', isArray: true },
  'service revoke': { shape: 'service' },
  'config list': { shape: 'setting', isArray: true },
  'config get': { shape: 'setting' },
  'config set': { shape: 'setting' },
  'config unset': { shape: 'setting' },
  'second-factor status': { shape: 'secondFactor' },
  'second-factor enable': { shape: 'enabling' },
  'second-factor recovery-codes': { shape: 'recoveryCodes' },
  'second-factor disable': { shape: 'enabled' },
};

/** What is tested with what it is about: an object a line, whatever the API calls data, no data at all. */
const elsewhere = ['client export', 'notification watch', 'api', 'menu', 'completion', 'version'];

const checked = new Set<string>();

beforeAll(async () => {
  office = await openOffice();
  [sales, manager] = await Promise.all([office.at('sales'), office.at('manager')]);
  ({ client, contract } = await soldContract(sales));
});
afterAll(() => office.close());

/** Runs a command, checks what it gives, and gives the id of it. */
async function run(epic: Epic, command: string, args: string[] = [], input = ''): Promise<string> {
  const { code, stdout, stderr } = await epic.run([...command.split(' '), ...args, '--json'], {
    input,
  });
  if (code !== 0) throw new Error(`epic ${command} ended with ${code}: ${stderr}`);
  const { shape, isArray } = given[command] ?? { shape: 'server' };
  const answer: unknown = JSON.parse(stdout);
  expect(Array.isArray(answer)).toBe(isArray === true);
  const rows = isArray ? (answer as Record<string, unknown>[]) : [Object(answer)];
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) {
    expect({ command, fields: Object.keys(row) }).toEqual({
      command,
      fields: Object.keys(shapes[shape]),
    });
    const wrong: string[] = [];
    for (const [field, type] of Object.entries(shapes[shape])) {
      const [name = '', isOptional] = type.split(' or null');
      const isRight =
        types[name]?.test(JSON.stringify(row[field])) ||
        (isOptional !== undefined && row[field] === null);
      if (!isRight) wrong.push(`${field}: ${JSON.stringify(row[field])} is not ${type}`);
    }
    expect({ command, wrong }).toEqual({ command, wrong: [] });
  }
  checked.add(command);
  return String(rows[0]?.id);
}

test('the JSON of employees and sessions has the documented fields and types', async () => {
  const epic = await office.stranger();
  await run(epic, 'login', ['--email', staff.otherSales.email, '--password-stdin'], password);
  await run(epic, 'whoami');
  await run(epic, 'token');
  await run(epic, 'session list');
  await run(epic, 'config set', ['limit', '20']);
  await run(epic, 'config get', ['limit']);
  await run(epic, 'config list');
  await run(epic, 'config unset', ['limit']);
  const elsewhereToo = await office.stranger();
  await run(
    elsewhereToo,
    'login',
    ['--email', staff.otherSales.email, '--password-stdin'],
    password,
  );
  await run(epic, 'session revoke', ['--others']);
  await newProgram(office.database, 'backup-job', staff.otherSales.email);
  await run(epic, 'service list');
  await run(epic, 'service revoke', ['backup-job', '--yes']);
  const next = 'words of his very own';
  await run(epic, 'password', ['--password-stdin'], `${password}\n${next}\n`);
  await run(epic, 'logout');

  const about = ['--name', 'Nina New', '--email', 'nina@epic.example', '--department', 'support'];
  const nina = await run(manager, 'employee create', about);
  await run(manager, 'employee list');
  await run(manager, 'employee view', [nina]);
  await run(manager, 'employee update', [nina, '--name', 'Nina Newer']);
  await run(manager, 'employee reset-password', [nina, '--yes']);
  await run(manager, 'employee deactivate', [nina, '--yes']);
  await run(manager, 'employee reactivate', [nina]);
  await run(manager, 'employee delete', [nina, '--yes']);
});

test('the JSON of a second factor has the documented fields and types', async () => {
  const epic = await office.at('otherManager');
  await run(epic, 'second-factor status');
  const begin = ['--password-stdin'];
  await run(epic, 'second-factor enable', begin, password);
  const begun = await epic.run(['second-factor', 'enable', ...begin, '--json'], {
    input: password,
  });
  const { secret } = JSON.parse(begun.stdout);
  await run(epic, 'second-factor enable', ['--code-stdin'], totp(secret));
  await run(epic, 'second-factor status');
  await run(epic, 'second-factor recovery-codes', ['--code-stdin'], totp(secret, 1));
  await office.database.query('update identity.second_factor set last_step = 0');
  const both = ['--password-stdin', '--code-stdin'];
  await run(epic, 'second-factor disable', both, `${password}\n${totp(secret)}`);
});

test('the JSON of clients and contracts has the documented fields and types', async () => {
  const about = ['--name', 'Ben', '--email', 'ben@x.example'];
  const ben = await run(sales, 'client create', about);
  await run(sales, 'client list');
  await run(sales, 'client view', [client]);
  await run(sales, 'client update', [ben, '--phone', '+33 1 23 45 67 89']);
  await run(sales, 'client contacted', [ben]);
  await run(sales, 'client import', ['-'], 'name,email\nIda,ida@x.example\n');
  await run(sales, 'search', ['ben']);
  await run(sales, 'contract import', ['-'], `clientId,total\n${ben},10\n`);
  const draft = await run(sales, 'contract create', ['--client', ben, '--total', '100']);
  await run(sales, 'contract update', [draft, '--total', '200']);
  await run(sales, 'contract sign', [draft]);
  await run(sales, 'contract pay', [draft, '--amount', '50.5']);
  await run(sales, 'payment list');
  await run(sales, 'contract list');
  await run(sales, 'contract view', [draft]);
  await run(manager, 'contract cancel', [draft, '--yes']);
  const another = await run(sales, 'contract create', ['--client', ben, '--total', '1']);
  await run(manager, 'contract delete', [another, '--yes']);
  await run(manager, 'client handover', [ben, '--to', String(staff.otherSales.id)]);
  const twin = await run(sales, 'client create', [
    ...['--name', 'Benjamin', '--email', 'benjamin@x.example'],
  ]);
  await run(manager, 'client merge', [ben, twin, '--yes']);
  await run(manager, 'client erase', [ben, '--yes']);
  await run(sales, 'history', ['contract', draft]);
  const note = await run(sales, 'note add', ['client', client, 'Call', '--remind', '+7d']);
  await run(sales, 'note update', [note, '--text', 'Call back']);
  await run(sales, 'note done', [note]);
  await run(sales, 'note reopen', [note]);
  await run(sales, 'note view', [note]);
  await run(sales, 'note list');
  await run(sales, 'note delete', [note, '--yes']);
  await run(sales, 'can', ['update', 'client', client]);
});

test('the JSON of events and notifications has the documented fields and types', async () => {
  const support = await office.at('support');
  const times = ['--start', '2027-03-01 18:00', '--end', '2027-03-01 23:00'];
  const event = await run(sales, 'event create', [
    ...['--contract', contract, '--title', 'Gala'],
    ...times,
  ]);
  const header = 'contractId,title,start,end';
  const ball = `${header}\n${contract},Ball,2027-04-01 18:00,2027-04-01 23:00\n`;
  await run(sales, 'event import', ['-'], ball);
  await run(manager, 'event assign', [event, '--support', String(staff.support.id)]);
  await run(support, 'notification list');
  await run(support, 'notification read', ['--all']);
  await run(support, 'event update', [event, '--attendees', '12']);
  await run(support, 'event list');
  await run(support, 'event view', [event]);
  await run(support, 'event sheet', [event]);
  await run(support, 'event calendar', ['--month', '2027-03']);
  await run(support, 'event agenda', ['--between', '2027-03-01..2027-03-31']);
  await run(manager, 'report');
  await run(manager, 'event unassign', [event]);
  await run(manager, 'event delete', [event, '--yes']);
});

test('the JSON of every command is checked', async () => {
  const commands = [...(await everyCommand()).keys()];
  expect([...checked, ...elsewhere].sort()).toEqual(commands.sort());
});
