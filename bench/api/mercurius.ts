// GraphQL as a good engineer writes it by hand: Mercurius with JIT and loaders, as its documentation recommends, resolvers with
// SQL of their own, and the transactions of the server.

import Fastify from 'fastify';
import mercurius, { type IResolvers, type MercuriusLoaders } from 'mercurius';
import type { Pool, PoolClient } from 'pg';
import type { Claims } from '../../src/server/database/claims.ts';
import {
  announce,
  createPool,
  createTokenCheck,
  enterText,
  enterValues,
  schemaText,
  setup,
} from './contender.ts';

const options = setup();
const check = createTokenCheck(options);
const pool = createPool(options.databaseUrl, { pipeline: true });

/** The transaction of a request: begun with its first statement, in the session of the caller. */
class Transaction {
  readonly #pool: Pool;
  readonly #claims: Claims;
  #client: Promise<PoolClient> | undefined;

  constructor(pool: Pool, claims: Claims) {
    this.#pool = pool;
    this.#claims = claims;
  }

  async query<Row>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    this.#client ??= this.#begin();
    const client = await this.#client;
    return (await client.query({ name, text, values })).rows as Row[];
  }

  /** Sends `begin` and identity.enter with the first statement: where entering fails, PostgreSQL refuses what follows. */
  async #begin(): Promise<PoolClient> {
    const client = await this.#pool.connect();
    client.query('begin').catch(() => {});
    client
      .query({
        name: 'enter',
        text: enterText,
        values: enterValues(this.#claims),
      })
      .catch(() => {});
    return client;
  }

  async end(): Promise<void> {
    const client = await this.#client;
    if (client === undefined) return;
    this.#client = undefined;
    try {
      await client.query('commit');
    } finally {
      client.release(client.getTransactionStatus() !== 'I');
    }
  }
}

type Context = { transaction: Transaction };
type Page = { first: number; orderBy?: string[]; condition?: Record<string, unknown> };

type List = {
  table: string;
  columns: string;
  /** The condition on a row, given the parameter that has the value. */
  conditions: Record<string, (parameter: string) => string>;
  /** What is read instead of the table, given the parameter that has the value. */
  sources?: Record<string, (parameter: string) => string>;
  orders: Record<string, string>;
};

const me = '(select crm.current_employee_id())';

const contracts: List = {
  table: 'crm.contract',
  columns: `id, client_id as "clientId", commercial_id as "commercialId", total_amount::text as "totalAmount",
    amount_to_be_paid::text as "amountToBePaid", status, to_json(creation_date) as "createdAt",
    to_json(signed_at) as "signedAt", version,
    status = 'signed' and amount_to_be_paid > 0 and signed_at < now() - interval '30 days' as "isOverdue"`,
  conditions: {
    mine: () => `commercial_id = ${me}`,
    unsigned: () => `status = 'draft'`,
    unpaid: () => `status = 'signed' and amount_to_be_paid > 0`,
  },
  orders: { ID_ASC: 'id', CREATED_AT_ASC: 'creation_date' },
};

const events: List = {
  table: 'crm.event',
  columns: `id, title, contract_id as "contractId", support_contact_id as "supportContactId",
    to_json(start_date) as "startDate", to_json(end_date) as "endDate", location, attendees, notes, status, version`,
  conditions: {
    upcoming: () => `start_date >= now() and status <> 'cancelled'`,
    withoutSupport: () => 'support_contact_id is null',
    mine: () => `(support_contact_id = ${me} or commercial_id = ${me})`,
  },
  orders: { START_DATE_ASC: 'start_date' },
};

const clients: List = {
  table: 'crm.client',
  columns: `id, full_name as "fullName", email, phone, company_name as "companyName",
    to_json(first_contact) as "firstContact", to_json(last_update) as "lastUpdate", commercial_contact_id as "commercialId",
    to_json(erased_at) as "erasedAt", version`,
  conditions: {},
  sources: { search: (text) => `crm_private.client_filter_search(${text})` },
  orders: { ID_ASC: 'id' },
};

const notifications: List = {
  table: 'crm.notification',
  columns: `id, kind, recipient_id as "recipientId", event_id as "eventId", contract_id as "contractId",
    employee_id as "employeeId", subject, old_values as "oldValues", new_values as "newValues",
    to_json(created_at) as "createdAt", to_json(read_at) as "readAt"`,
  conditions: { unread: () => `recipient_id = ${me} and read_at is null` },
  orders: { ID_DESC: 'id desc' },
};

const payments = `id, contract_id as "contractId", amount::text as amount, to_json(paid_on) as "paidOn",
  recorded_by as "recordedById"`;

const names = new Map<string, string>();

/** The name of a prepared statement, by its text. */
function nameOf(text: string): string {
  const name = names.get(text) ?? `statement_${names.size}`;
  names.set(text, name);
  return name;
}

function rowsOf<Row>({ transaction }: Context, text: string, values: unknown[]): Promise<Row[]> {
  return transaction.query<Row>(nameOf(text), text, values);
}

/** Resolves a page of a list. One row more is read, to know whether there are more pages. */
function pageOf({ table, columns, conditions, sources = {}, orders }: List) {
  return async (_: unknown, { first, orderBy = [], condition = {} }: Page, context: Context) => {
    const values: unknown[] = [];
    let from = table;
    const where = ['true'];
    for (const [name, value] of Object.entries(condition)) {
      const parameter = value === true ? '' : `$${values.push(value)}`;
      const isTrue = conditions[name]?.(parameter);
      if (isTrue !== undefined) where.push(isTrue);
      else from = sources[name]?.(parameter) ?? fail(`There is no condition ${name}.`);
    }
    const source = `from ${from} where ${where.join(' and ')}`;
    const order = orderBy.map((name) => orders[name] ?? fail(`There is no order ${name}.`));
    const by = order.some((column) => /^id\b/.test(column)) ? order : [...order, 'id'];
    const rows = await rowsOf<{ id: number }>(
      context,
      // the number is not a parameter, so that the planner knows it
      `select ${columns} ${source} order by ${by.join(', ')} limit ${first + 1}`,
      values,
    );
    const nodes = rows.slice(0, first);
    const last = nodes.at(-1);
    return {
      nodes,
      pageInfo: {
        hasNextPage: rows.length > first,
        endCursor: last === undefined ? null : String(last.id),
      },
      /** Counted only where it is asked for. */
      totalCount: async ({ upTo }: { upTo?: number }) => {
        const counted =
          upTo === undefined ? source : `from (select ${source} limit ${upTo + 1}) one`;
        const text = `select count(*)::integer as count ${counted}`;
        return (await rowsOf<{ count: number }>(context, text, values))[0]?.count;
      },
    };
  };
}

function fail(message: string): never {
  throw new Error(message);
}

/** The only row of a statement. */
async function rowOf(context: Context, text: string, values: unknown[]) {
  const [row] = await rowsOf(context, text, values);
  return row ?? null;
}

// the types of the schema say more than is served here
const resolvers = {
  Query: {
    me: (_: unknown, _none: unknown, context: Context) =>
      rowOf(
        context,
        `select id, full_name as "fullName", department from crm.employee where id = ${me}`,
        [],
      ),
    notifications: pageOf(notifications),
    loadBySupportContact: (
      _: unknown,
      { firstDay, lastDay, timeZone }: Record<string, string>,
      context: Context,
    ) =>
      rowsOf(
        context,
        `select employee_id as "employeeId", full_name as "fullName", events, upcoming_events as "upcomingEvents",
           to_json(next_start) as "nextStart"
         from crm.load_by_support_contact($1, $2, $3)`,
        [firstDay, lastDay, timeZone],
      ),
    contracts: pageOf(contracts),
    events: pageOf(events),
    clients: pageOf(clients),
    contract: (_: unknown, { id }: { id: number }, context: Context) =>
      rowOf(context, `select ${contracts.columns} from crm.contract where id = $1`, [id]),
  },
  Mutation: {
    async signContract(_: unknown, { input }: { input: { contractId: number } }, context: Context) {
      const text = `select ${contracts.columns} from crm.sign_contract($1)`;
      return { contract: await rowOf(context, text, [input.contractId]) };
    },
    async recordPayment(
      _: unknown,
      { input }: { input: { contractId: number; amount: string; paidOn?: string } },
      context: Context,
    ) {
      const { contractId, amount, paidOn } = input;
      const text = `select ${payments} from crm.record_payment($1, $2, $3)`;
      return { payment: await rowOf(context, text, [contractId, amount, paidOn ?? null]) };
    },
  },
} as unknown as IResolvers;

type Query = { obj: Record<string, number | null>; params: Page };

/** A loader of the records that objects refer to, with one statement for all. */
function referred(key: string, columns: string, table: string) {
  const text = `select id, ${columns} from ${table} where id = any ($1::integer[])`;
  return {
    async loader(queries: Query[], context: Context) {
      const ids = queries.map(({ obj }) => obj[key]);
      const wanted = [...new Set(ids)].filter((id) => id !== null);
      if (wanted.length === 0) return ids.map(() => null);
      const rows = await rowsOf<{ id: number; value: unknown }>(context, text, [wanted]);
      const found = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => found.get(id ?? 0) ?? null);
    },
    // the cache within a request costs more, as the documentation says: it serializes its keys
    opts: { cache: false },
  };
}

/** The same of one value of them. */
function referredValue(key: string, value: string, table: string) {
  const { loader, opts } = referred(key, `${value} as value`, table);
  return {
    loader: async (queries: Query[], context: Context) =>
      (await loader(queries, context)).map((row) => row?.value ?? null),
    opts,
  };
}

/** A loader of the records that refer to objects: the first of each. */
function referring(key: string, columns: string, table: string, order: string) {
  const text = `
    select owner.id as owner, page.*
    from unnest($1::integer[]) owner (id)
    cross join lateral (
      select ${columns} from ${table} where ${key} = owner.id order by ${order} limit $2) page`;
  return {
    async loader(queries: Query[], context: Context) {
      const ids = queries.map(({ obj }) => obj.id);
      const first = queries[0]?.params.first ?? 50;
      const rows = await rowsOf<{ owner: number }>(context, text, [ids, first]);
      return ids.map((id) => ({ nodes: rows.filter(({ owner }) => owner === id) }));
    },
    opts: { cache: false },
  };
}

const clientName = referredValue('clientId', 'coalesce(company_name, full_name)', 'crm.client');
const employeeName = (key: string) => referredValue(key, 'full_name', 'crm.employee');

const loaders = {
  Contract: {
    client: referred('clientId', clients.columns, clients.table),
    clientName,
    commercialName: employeeName('commercialId'),
    events: referring('contract_id', events.columns, events.table, 'start_date, id'),
    payments: referring('contract_id', payments, 'crm.payment', 'id'),
  },
  Client: { commercialName: employeeName('commercialId') },
  Event: {
    contract: referred('contractId', contracts.columns, contracts.table),
    supportContactName: employeeName('supportContactId'),
  },
  Payment: {
    contract: referred('contractId', contracts.columns, contracts.table),
    recordedByName: employeeName('recordedById'),
  },
} as unknown as MercuriusLoaders;

const app = Fastify();
app.register(mercurius, {
  schema: schemaText(),
  resolvers,
  loaders,
  jit: 1,
  context: (request) => ({
    transaction: new Transaction(pool, check(request.headers.authorization)),
  }),
});
await app.ready();
app.graphql.addHook('onResolution', async (_, context) => {
  await (context as unknown as Context).transaction.end();
});
const address = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
announce(Number(address.port));
