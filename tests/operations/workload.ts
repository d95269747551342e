import type { Client } from 'pg';
import { ask, logIn } from '../server/support/api.ts';
import { addClient, addEmployee } from '../support/people.ts';

/** A salesperson with a client. */
export interface Salesperson {
  id: number;
  email: string;
  clientId: number;
}

/** Inserts salespeople with a client each. */
export async function addSalespeople(admin: Client, count: number): Promise<Salesperson[]> {
  const database = {
    query: async (sql: string, values?: unknown[]) => (await admin.query(sql, values)).rows,
  } as Parameters<typeof addEmployee>[0];
  const people: Salesperson[] = [];
  for (let nth = 0; nth < count; nth++) {
    const email = `sales-${nth}@epic.example`;
    const id = await addEmployee(database, { email, department: 'sales' });
    people.push({ id, email, clientId: await addClient(database, id, `Client ${nth}`) });
  }
  return people;
}

/** What went wrong, by what was asked; empty when every answer was right. */
export type Faults = Record<string, number>;

const change = `mutation Change($id: Int!, $phone: String!) {
  updateClient(input: { id: $id, patch: { phone: $phone } }) { client { id } }
}`;

/**
 * Has every salesperson ask, through `urlOf` in turn, who they are, for their own records, and to change their own client and
 * another's, until `isOver`. Returns the number of answers, and what was wrong with them.
 */
export async function work(
  people: readonly Salesperson[],
  urlOf: (nth: number) => string,
  isOver: () => boolean,
): Promise<{ answers: number; faults: Faults }> {
  const faults: Faults = {};
  let answers = 0;
  const expectThat = (isRight: boolean, what: string) => {
    answers += 1;
    if (!isRight) faults[what] = (faults[what] ?? 0) + 1;
  };

  async function workAs(person: Salesperson, nth: number): Promise<void> {
    const other = people[(nth + 1) % people.length] ?? person;
    const { accessToken: token } = await logIn(urlOf(nth), person.email);
    for (let turn = nth; !isOver(); turn++) {
      const url = urlOf(turn);
      const about = async (what: string, query: string, variables = {}) => {
        try {
          return await ask(url, query, { token, variables });
        } catch (error) {
          expectThat(false, `${what}: ${error instanceof Error ? error.message : error}`);
          return null;
        }
      };
      const me = await about('me', '{ me { id } }');
      if (me) expectThat((me.data?.me as { id: number })?.id === person.id, `me: ${said(me)}`);
      const mine = await about(
        'mine',
        '{ clients(first: 5, condition: { mine: true }) { nodes { id } } }',
      );
      const rows = (mine?.data?.clients as { nodes: { id: number }[] })?.nodes ?? [];
      if (mine)
        expectThat(rows.length === 1 && rows[0]?.id === person.clientId, `mine: ${said(mine)}`);
      const phone = `+33 6 00 00 ${String(turn % 100).padStart(2, '0')} 00`;
      const own = await about('own', change, { id: person.clientId, phone });
      if (own) expectThat(own.errors.length === 0, `own: ${said(own)}`);
      const refused = await about('other', change, { id: other.clientId, phone });
      if (refused)
        expectThat(refused.errors[0]?.extensions.code === 'FORBIDDEN', `other: ${said(refused)}`);
    }
  }
  await Promise.all(people.map(workAs));
  return { answers, faults };
}

function said({ status, errors }: { status: number; errors: { message: string }[] }): string {
  return `${status} ${errors[0]?.message ?? 'another answer'}`;
}
