// The state of the model: records as in the database, without derived columns (what remains to be paid, a contract's sales
// contact) and without times.

export const departments = ['sales', 'support', 'management'] as const;
export type Department = (typeof departments)[number];

export interface Employee {
  id: number;
  full_name: string;
  email: string;
  department: Department;
  active: boolean;
}

export interface Client {
  id: number;
  full_name: string;
  email: string | null;
  phone: string | null;
  company_name: string | null;
  commercial_contact_id: number;
  /** A date; null between the creation of a client and the next snapshot. */
  first_contact: string | null;
  is_erased: boolean;
}

export interface Contract {
  id: number;
  client_id: number;
  total_amount: number;
  status: string;
  was_signed: boolean;
}

export interface Payment {
  id: number;
  contract_id: number;
  amount: number;
  recorded_by: number;
}

export interface Event {
  id: number;
  contract_id: number;
  title: string;
  support_contact_id: number | null;
  start_date: string;
  end_date: string;
  location: string | null;
  attendees: number;
  notes: string | null;
  status: string;
}

export interface Note {
  id: number;
  client_id: number | null;
  contract_id: number | null;
  event_id: number | null;
  author_id: number;
  body: string;
  remind_on: string | null;
  is_done: boolean;
}

export interface Notification {
  id: number;
  recipient_id: number;
  event_id: number | null;
  contract_id: number | null;
  is_read: boolean;
}

export interface Records {
  employee: Employee;
  client: Client;
  contract: Contract;
  payment: Payment;
  event: Event;
  note: Note;
  notification: Notification;
}
export type RecordName = keyof Records;

export const recordNames = [
  'employee',
  'client',
  'contract',
  'payment',
  'event',
  'note',
  'notification',
] as const satisfies RecordName[];

/** A login. The credential store finds its tokens by the key. */
export interface Session {
  key: number;
  employee_id: number;
  /** The department that its token claims. */
  department: Department;
  is_open: boolean;
  /** Opened to read alone. */
  is_read_only: boolean;
  /** The second factor was confirmed in it. */
  has_second_factor: boolean;
  /** A program of the employee's opened it. */
  is_program: boolean;
}

export type Tables = { [Name in RecordName]: Map<number, Records[Name]> };

export interface State extends Tables {
  /** In the order of their logins. */
  sessions: Session[];
  /** The employees with a one-time password. */
  oneTimePasswords: Set<number>;
  /** The employees who have enabled a second factor. */
  secondFactors: Set<number>;
  /** The employees with a service account. */
  programs: Set<number>;
}

export function remainsToBePaid(state: State, contract: Contract): number {
  return contract.total_amount - paid(state, contract.id);
}

function paid(state: State, contractId: number): number {
  return [...state.payment.values()]
    .filter(({ contract_id }) => contract_id === contractId)
    .reduce((sum, { amount }) => sum + amount, 0);
}

/** The sales contact of a contract is always that of its client. */
export function salesContactOf(state: State, contractId: number | null): number | null {
  const contract = state.contract.get(contractId ?? 0);
  return state.client.get(contract?.client_id ?? 0)?.commercial_contact_id ?? null;
}

export function isOpenEvent({ status }: Event): boolean {
  return status === 'planned' || status === 'confirmed';
}

/**
 * The state that every sequence starts from: small, with one of each case that the table distinguishes.
 *
 *   sales       Alice looks after Acme and Paul; Bruno after Bistro and an erased client; Basile has none
 *   support     Chloe runs the gala and ran the reunion; Denis runs the banquet
 *   management  Emma, Felix
 *   left        Gaston (sales), Hector (support)
 *
 * Alice, Chloe and Emma have written a note each, about Acme, the gala and contract 2. Every active employee has a service
 * account.
 */
export function initialState(): State {
  const event = { start_date: '2030-05-01T10:00:00.000Z', end_date: '2030-05-01T18:00:00.000Z' };
  return {
    employee: table([
      employee(1, 'Alice', 'sales'),
      employee(2, 'Bruno', 'sales'),
      employee(3, 'Basile', 'sales'),
      employee(4, 'Chloe', 'support'),
      employee(5, 'Denis', 'support'),
      employee(6, 'Emma', 'management'),
      employee(7, 'Felix', 'management'),
      employee(8, 'Gaston', 'sales', false),
      employee(9, 'Hector', 'support', false),
    ]),
    client: table([
      client(1, 'Anaïs Durand', 'Acme Événements', 1),
      client(2, 'Paul Privé', null, 1),
      client(3, 'Béa Colin', 'Bistro', 2),
      {
        ...client(4, 'Erased client', 'Carnaval', 2),
        email: null,
        phone: null,
        is_erased: true,
      },
    ]),
    contract: table([
      contract(1, 1, 1000, 'draft', false),
      contract(2, 1, 5000, 'signed', true),
      contract(3, 1, 700, 'cancelled', true),
      contract(4, 3, 400, 'draft', false),
      contract(5, 3, 800, 'signed', true),
    ]),
    payment: table([
      { id: 1, contract_id: 2, amount: 2000, recorded_by: 1 },
      { id: 2, contract_id: 3, amount: 300, recorded_by: 6 },
    ]),
    event: table([
      { ...event, ...party(1, 2, 'Gala', 4, 'planned') },
      { ...event, ...party(2, 2, 'Picnic', null, 'planned') },
      { ...event, ...party(3, 5, 'Banquet', 5, 'confirmed') },
      { ...event, ...party(4, 5, 'Reunion', 4, 'completed') },
    ]),
    note: table([
      { ...note(1, 1, 'Call'), client_id: 1, remind_on: '2031-01-01' },
      { ...note(2, 4, 'Chairs'), event_id: 1, is_done: true },
      { ...note(3, 6, 'No discount'), contract_id: 2 },
    ]),
    notification: table([
      { id: 1, recipient_id: 1, event_id: null, contract_id: 2, is_read: false },
      { id: 2, recipient_id: 4, event_id: 1, contract_id: null, is_read: false },
      { id: 3, recipient_id: 6, event_id: 2, contract_id: null, is_read: false },
    ]),
    sessions: [],
    oneTimePasswords: new Set(),
    secondFactors: new Set(),
    programs: new Set([1, 2, 3, 4, 5, 6, 7]),
  };
}

function table<Row extends { id: number }>(rows: Row[]): Map<number, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

function employee(id: number, name: string, department: Department, active = true): Employee {
  const email = `${name.toLowerCase()}@epic.example`;
  return { id, full_name: name, email, department, active };
}

function client(id: number, name: string, company: string | null, contact: number): Client {
  return {
    id,
    full_name: name,
    email: `client${id}@client.example`,
    phone: '+33 1 02 03 04 05',
    company_name: company,
    commercial_contact_id: contact,
    first_contact: '2020-02-02',
    is_erased: false,
  };
}

function contract(
  id: number,
  client_id: number,
  total_amount: number,
  status: string,
  was_signed: boolean,
): Contract {
  return { id, client_id, total_amount, status, was_signed };
}

function note(id: number, author_id: number, body: string): Note {
  const about = { client_id: null, contract_id: null, event_id: null };
  return { id, ...about, author_id, body, remind_on: null, is_done: false };
}

function party(
  id: number,
  contract_id: number,
  title: string,
  support_contact_id: number | null,
  status: string,
): Omit<Event, 'start_date' | 'end_date'> {
  const where = { location: 'Paris', attendees: 100, notes: null };
  return { id, contract_id, title, support_contact_id, ...where, status };
}
