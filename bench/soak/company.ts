import type { Client } from 'pg';
import { demoPassword } from '../../src/server/demo/company.ts';
import { hashNewPassword } from '../../src/server/identity/passwords.ts';

export type Department = 'sales' | 'support' | 'management';

/** An employee of the demo company. */
export type Person = {
  id: number;
  email: string;
  department: Department;
  /** Readers look after no record, so they can be deactivated and activated at any time. */
  isReader: boolean;
  account: Account;
};

/** Whether an account is deactivated. Times are those of performance.now(). */
export class Account {
  #isDisturbed = false;
  #closedAt: number | null = null;
  #openedAt = Number.NEGATIVE_INFINITY;

  /** It is being deactivated. */
  beginClosing(): void {
    this.#isDisturbed = true;
  }

  /** It is deactivated. */
  close(): void {
    this.#closedAt = performance.now();
  }

  /** It is being activated. */
  beginOpening(): void {
    this.#closedAt = null;
  }

  /** It is active again. */
  open(): void {
    this.#openedAt = performance.now();
    this.#isDisturbed = false;
  }

  /** Whether it may have been deactivated at any time since. */
  mayBeClosed(since: number): boolean {
    return this.#isDisturbed || this.#openedAt > since;
  }

  /** Whether it has been deactivated all the time since. */
  isClosed(since: number): boolean {
    return this.#closedAt !== null && this.#closedAt < since;
  }
}

/** The data before the run. */
export type Company = {
  people: Person[];
  /** The clients of each sales employee, by the employee's id. */
  clients: ReadonlyMap<number, number[]>;
  /** The contracts of each sales employee that are drafts. */
  drafts: ReadonlyMap<number, number[]>;
  /** The events of each support employee. */
  events: ReadonlyMap<number, number[]>;
};

const readers: readonly Department[] = ['sales', 'support', 'management'];

/** Adds a reader to each department of the demo company, and reads who works there. */
export async function readCompany(client: Client): Promise<Company> {
  await client.query(
    `with reader as (
       insert into crm.employee (full_name, email, department)
       select initcap(department) || ' Reader', 'reader.' || department || '@epicevents.example', department
       from unnest($1::text[]) department
       returning id)
     insert into identity.credential (employee_id, password_hash, must_change)
     select id, $2, false from reader`,
    [readers, await hashNewPassword(demoPassword)],
  );
  const { rows: people } = await client.query<Omit<Person, 'account'>>(
    `select id, email, department, email like 'reader.%' as "isReader"
     from crm.employee where active order by id`,
  );
  return {
    people: people.map((person) => ({ ...person, account: new Account() })),
    clients: await idsBy(client, 'select commercial_contact_id as holder, id from crm.client'),
    drafts: await idsBy(
      client,
      `select commercial_id as holder, id from crm.contract where status = 'draft'`,
    ),
    events: await idsBy(
      client,
      'select support_contact_id as holder, id from crm.event where support_contact_id is not null',
    ),
  };
}

async function idsBy(client: Client, query: string): Promise<Map<number, number[]>> {
  const { rows } = await client.query<{ holder: number; id: number }>(`${query} order by id`);
  const byHolder = Map.groupBy(rows, ({ holder }) => holder);
  return new Map([...byHolder].map(([holder, records]) => [holder, records.map(({ id }) => id)]));
}
