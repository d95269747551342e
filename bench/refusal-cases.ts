// The cases of bench/refusal.ts: for each mutation, one that succeeds and one that is refused.

export type Person = 'sales' | 'support';
export type Statement = { text: string; values: unknown[] };
/** A mutation of the API, and its statement. */
export type Request = { mutation: string; input: object; statement: Statement };

/** One mutation, of a row for which it is allowed and of one for which it is refused. */
export interface Case {
  name: string;
  who: Person;
  succeeds: (turn: number) => Request;
  refused: (turn: number) => Request;
  /** The arguments of the explanation. */
  explained: (turn: number) => unknown[];
}

/** Rows of the demo company: the employee's own, and a colleague's. */
export type Rows = Record<'client' | 'draft' | 'signed' | 'event', { own: number; other: number }>;

/** The mutations to compare, on these rows. */
export function casesFor({ client, draft, signed, event }: Rows): Case[] {
  const update = (
    name: string,
    who: Person,
    record: string,
    ids: { own: number; other: number },
    column: string,
    field: string,
    value: (turn: number) => string,
  ): Case => {
    const request = (id: number, turn: number): Request => ({
      mutation: `update${record[0]?.toUpperCase()}${record.slice(1)}`,
      input: { id, patch: { [field]: value(turn) } },
      statement: {
        text: `update crm.${record} set ${column} = $2 where id = $1 returning id, ${column}`,
        values: [id, value(turn)],
      },
    });
    return {
      name,
      who,
      succeeds: (turn) => request(ids.own, turn),
      refused: (turn) => request(ids.other, turn),
      explained: (turn) => [record, 'update', ids.other, JSON.stringify({ [column]: value(turn) })],
    };
  };

  const newContract = (clientId: number, turn: number): Request => ({
    mutation: 'createContract',
    input: { contract: { clientId, totalAmount: amount(turn) } },
    statement: {
      text: 'insert into crm.contract (client_id, total_amount) values ($1, $2) returning id',
      values: [clientId, amount(turn)],
    },
  });
  const newEvent = (contractId: number, turn: number): Request => ({
    mutation: 'createEvent',
    input: { event: { contractId, title: `Seminar ${turn}`, startDate: starts, endDate: ends } },
    statement: {
      text: 'insert into crm.event (contract_id, title, start_date, end_date) values ($1, $2, $3, $4) returning id',
      values: [contractId, `Seminar ${turn}`, starts, ends],
    },
  });

  return [
    update('update client', 'sales', 'client', client, 'phone', 'phone', phone),
    update('update contract', 'sales', 'contract', draft, 'total_amount', 'totalAmount', amount),
    update('update event', 'support', 'event', event, 'notes', 'notes', (turn) => `Note ${turn}.`),
    {
      // Refused for lack of a grant, not by a policy.
      ...update('update client, no grant', 'sales', 'client', client, 'phone', 'phone', phone),
      refused: () => ({
        mutation: 'handOverClient',
        input: { clientId: client.own, toEmployeeId: 4 },
        statement: {
          text: 'update crm.client set commercial_contact_id = $2 where id = $1 returning id',
          values: [client.own, 4],
        },
      }),
      explained: () => ['client', 'hand_over', client.own, null],
    },
    {
      name: 'create contract',
      who: 'sales',
      succeeds: (turn) => newContract(client.own, turn),
      refused: (turn) => newContract(client.other, turn),
      explained: (turn) => [
        'contract',
        'create',
        null,
        JSON.stringify({ client_id: client.other, total_amount: amount(turn) }),
      ],
    },
    {
      name: 'create event',
      who: 'sales',
      succeeds: (turn) => newEvent(signed.own, turn),
      refused: (turn) => newEvent(signed.other, turn),
      explained: () => [
        'event',
        'create',
        null,
        JSON.stringify({
          contract_id: signed.other,
          title: 'Seminar',
          start_date: starts,
          end_date: ends,
        }),
      ],
    },
  ];
}

const starts = '2040-01-01T10:00:00Z';
const ends = '2040-01-01T18:00:00Z';
const amount = (turn: number) => `${1_000 + turn}.50`;
const phone = (turn: number) => `+33 1 ${10_000_000 + turn}`;
