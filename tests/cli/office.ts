import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { type Epic, setUpEpic } from '../support/epic.ts';
import { password, passwordHash } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';

export { password };

/** The employees of an office, by their ids. */
export const staff = {
  sales: { id: 1, email: 'sofia@epic.example', name: 'Sofia Sales' },
  otherSales: { id: 2, email: 'oscar@epic.example', name: 'Oscar Sales' },
  support: { id: 3, email: 'suzy@epic.example', name: 'Suzy Support' },
  otherSupport: { id: 4, email: 'omar@epic.example', name: 'Omar Support' },
  manager: { id: 5, email: 'marie@epic.example', name: 'Marie Manager' },
  otherManager: { id: 6, email: 'otto@epic.example', name: 'Otto Manager' },
} as const;

export type Role = keyof typeof staff;

/** A database, a server and its employees, each with an `epic` of their own. */
export interface Office {
  database: TestDatabase;
  server: RunningServer;
  /** The `epic` of an employee, logged in; the same one each time. */
  at(role: Role): Promise<Epic>;
  /** An `epic` without a session. */
  stranger(): Promise<Epic>;
  close(): Promise<void>;
}

/** Opens an office with employees and nothing else. */
export async function openOffice(): Promise<Office> {
  const database = await cloneDatabase();
  await database.query(
    `insert into crm.employee (full_name, email, department) values
       ('Sofia Sales', 'sofia@epic.example', 'sales'), ('Oscar Sales', 'oscar@epic.example', 'sales'),
       ('Suzy Support', 'suzy@epic.example', 'support'), ('Omar Support', 'omar@epic.example', 'support'),
       ('Marie Manager', 'marie@epic.example', 'management'), ('Otto Manager', 'otto@epic.example', 'management')`,
  );
  await database.query(
    'insert into identity.credential (employee_id, password_hash, must_change) select id, $1, false from crm.employee',
    [await passwordHash],
  );
  const server = await startServer(database);
  const opened: Epic[] = [];
  const desks = new Map<Role, Promise<Epic>>();

  const stranger = async () => {
    const epic = await setUpEpic(server.url);
    opened.push(epic);
    return epic;
  };
  const logIn = async (role: Role) => {
    const epic = await stranger();
    const { code, stderr } = await epic.run(
      ['login', '--email', staff[role].email, '--password-stdin'],
      { input: `${password}\n` },
    );
    if (code !== 0) throw new Error(`${role} cannot log in: ${stderr}`);
    return epic;
  };

  return {
    database,
    server,
    at(role) {
      const desk = desks.get(role) ?? logIn(role);
      desks.set(role, desk);
      return desk;
    },
    stranger,
    async close() {
      await Promise.all(opened.map((epic) => epic.dispose()));
      await server.stop();
      await database.drop();
    },
  };
}

/** Runs a command that has to succeed, and returns its JSON. */
export async function json<Answer = Record<string, unknown>>(
  epic: Epic,
  ...args: string[]
): Promise<Answer> {
  const { code, stdout, stderr } = await epic.run([...args, '--json']);
  if (code !== 0) throw new Error(`epic ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** Creates a client with a contract, signed by default, and returns their ids. */
export async function soldContract(
  sales: Epic,
  { total = '1000', signed = true }: { total?: string; signed?: boolean } = {},
): Promise<{ client: string; contract: string }> {
  const client = await json<{ id: number }>(
    sales,
    ...['client', 'create', '--name', 'Ana Dupont', '--email', 'ana@dupont.example'],
    ...['--company', 'Dupont SA', '--allow-duplicate'],
  );
  const contract = await json<{ id: number }>(
    sales,
    ...['contract', 'create', '--client', String(client.id), '--total', total],
  );
  if (signed) await json(sales, 'contract', 'sign', String(contract.id));
  return { client: String(client.id), contract: String(contract.id) };
}
