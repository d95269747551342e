import { Client } from 'pg';
import { databasePath, runSqlFile, sqlFilesIn } from '../../src/server/database/sql-file.ts';
import { cloneDatabase, createForeignDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { runProgram } from '../support/program.ts';

// A shop that is tight, then with ten leaks. Its names have the process in them, since roles belong to the whole server.
const suffix = process.pid;
const [shop, owner, web, support] = ['shop', 'shop_owner', 'web', 'support'].map(
  (name) => `lint_${name}_${suffix}`,
) as [string, string, string, string];

let server: TestDatabase;
let shopUrl: string;
let tight: Set<string>;

beforeAll(async () => {
  server = await cloneDatabase();
  await createForeignDatabase(server, shop);
  const url = new URL(server.adminUrl);
  url.pathname = `/${shop}`;
  shopUrl = url.href;
  await server.query(`
    create role ${owner}; create role ${support};
    create role ${web} login;
    alter role ${web} set statement_timeout = '15s';
    alter role ${web} set lock_timeout = '5s';
    alter role ${web} set idle_in_transaction_session_timeout = '60s';
    alter database ${shop} owner to ${owner};
    revoke all on database ${shop} from public;
    grant connect on database ${shop} to ${web};
  `);
  await onShop(`
    revoke usage on schema public from public;
    set role ${owner};
    alter default privileges revoke execute on functions from public;
    create schema shop;
    grant usage on schema shop to ${web}, ${support};
    comment on schema shop is 'The shop.';

    create function shop.customer_id() returns integer language sql stable
      return nullif(current_setting('shop.customer_id', true), '')::integer;
    comment on function shop.customer_id() is 'The customer whose request it is.';
    grant execute on function shop.customer_id() to ${web}, ${support};

    create table shop.customer (id integer primary key, email text not null);
    create table shop.orders (
      id integer primary key,
      customer_id integer not null references shop.customer,
      status text not null check (status in ('open', 'paid', 'sent'))
    );
    create table shop.message (
      id integer primary key,
      order_id integer not null references shop.orders,
      customer_id integer not null references shop.customer,
      body text not null
    );
    create table shop.product (id integer primary key, name text not null);
    comment on table shop.customer is 'Who buys.';
    comment on table shop.orders is 'What was bought.';
    comment on table shop.message is 'What was said about an order.';
    comment on table shop.product is 'What can be bought.';
    create index on shop.orders (customer_id);
    create index on shop.orders (status);
    create index on shop.message (order_id);
    create index on shop.message (customer_id);
    alter table shop.customer enable row level security, force row level security;
    alter table shop.orders enable row level security, force row level security;
    alter table shop.message enable row level security, force row level security;
    alter table shop.product enable row level security, force row level security;

    grant select on shop.customer, shop.orders, shop.message, shop.product to ${web};
    grant insert (order_id, customer_id, body) on shop.message to ${web};
    grant update (status) on shop.orders to ${web};
    grant delete on shop.message to ${web};

    create policy customer_read_self on shop.customer for select to ${web}
      using (id = (select shop.customer_id()));
    create policy orders_read_own on shop.orders for select to ${web}
      using (customer_id = (select shop.customer_id()));
    create policy orders_cancel_own on shop.orders for update to ${web}
      using (customer_id = (select shop.customer_id()) and status = 'open')
      with check (customer_id = (select shop.customer_id()));
    create policy message_read_own on shop.message for select to ${web}
      using (customer_id = (select shop.customer_id()));
    create policy message_send_own on shop.message for insert to ${web}
      with check (customer_id = (select shop.customer_id()) and exists (
        select from shop.orders where orders.id = message.order_id));
    create policy message_delete_own on shop.message for delete to ${web}
      using (customer_id = (select shop.customer_id()));
    create policy product_read_all on shop.product for select to ${web} using (true);
    do $$
    declare found record;
    begin
      for found in select polname, polrelid::regclass as target from pg_policy loop
        execute format('comment on policy %I on %s is %L', found.polname, found.target, 'Said elsewhere.');
      end loop;
    end $$;
  `);
  tight = new Set((await findings()).map(key));
});

afterAll(async () => {
  await server.query(`drop database ${shop} with (force)`);
  await server.query(`drop role ${[web, support, owner].join(', ')}`);
  await server.drop();
});

async function onShop<Result>(
  sql: string | ((client: Client) => Promise<Result>),
): Promise<Result | undefined> {
  const client = new Client({ connectionString: shopUrl });
  await client.connect();
  try {
    if (typeof sql !== 'string') return await sql(client);
    await client.query(sql);
    return undefined;
  } finally {
    await client.end();
  }
}

type Found = { name: string; object: string; detail: string; why: string; fix: string };

const key = ({ name, object }: Found) => `${name}: ${object.replaceAll(`_${suffix}`, '')}`;

async function findings(): Promise<Found[]> {
  const run = await runProgram(
    programs.server,
    ['policies', 'lint', '--json', '--api-login', web, '--owner', owner],
    { env: { DATABASE_ADMIN_URL: shopUrl } },
  );
  return JSON.parse(run.stdout);
}

describe('epic-server policies lint on a database that is not ours', () => {
  test('policies lint has no ERROR and no WARN for a shop that is tight', () => {
    expect(
      [...tight].filter((one) => !/^(large_object|other_database)_granted: /.test(one)),
    ).toEqual([]);
  });

  test('policies lint finds ten leaks in the shop, and names nothing of Epic Events', async () => {
    await onShop(`
      set role ${owner};
      alter policy customer_read_self on shop.customer
        using ((select shop.customer_id()) is null or id = (select shop.customer_id()));
      alter policy orders_read_own on shop.orders using (status = 'paid');
      alter policy orders_cancel_own on shop.orders with check (status in ('open', 'canceled'));
      alter policy message_send_own on shop.message with check (exists (
        select from shop.orders where orders.customer_id = (select shop.customer_id())));
      alter policy message_delete_own on shop.message using (true);
      alter table shop.product disable row level security;
      alter function shop.customer_id() immutable;
      grant truncate on shop.orders to ${web};
      create view shop.sales as select status, count(*) from shop.orders group by status;
      grant select on shop.sales to ${web};
      comment on view shop.sales is 'How many orders there are.';
    `);
    await onShop(`alter role ${support} bypassrls; grant select on shop.orders to ${support}`);

    const found = await findings();
    const leaks = found.map(key).filter((one) => !tight.has(one));

    expect(leaks).toEqual(
      expect.arrayContaining([
        'open_without_claim: customer_read_self on shop.customer',
        'policy_disagrees: orders_read_own on shop.orders',
        'check_forgets_owner: orders_cancel_own on shop.orders',
        'literal_not_allowed: orders_cancel_own on shop.orders',
        'subquery_not_bound: message_send_own on shop.message',
        'always_true_write_policy: message_delete_own on shop.message',
        'rls_disabled: shop.product',
        'immutable_claim_reader: shop.customer_id()',
        'grant_bypassing_rls: truncate on shop.orders to lint_web',
        'view_without_security_invoker: shop.sales',
        'bypassing_role: lint_support',
      ]),
    );
    // but for other databases of this server, which other tests make and drop
    const words = found.flatMap(({ name, object, detail, why, fix }) =>
      name === 'other_database_granted' ? [detail, why, fix] : [object, detail, why, fix],
    );
    expect(words.filter((text) => /\bdba\b|epic|\bcrm\b/i.test(text))).toEqual([]);
  });

  test('the files of db/dba load as plain SQL, and find the same', async () => {
    const read = await onShop(async (client) => {
      await client.query('begin');
      await client.query(`set local dba.api_logins = '${web}'; set local dba.owner = '${owner}'`);
      for (const file of await genericFiles()) await runSqlFile(client, file);
      const { rows } = await client.query<Found>('select * from dba.finding');
      await client.query('rollback');
      return rows;
    });

    // but for other databases of this server, which other tests make and drop
    const keysOf = (found: readonly Found[] = []) =>
      found
        .filter(({ name }) => name !== 'other_database_granted')
        .map(key)
        .sort();
    expect(keysOf(read)).toEqual(keysOf(await findings()));
    expect(keysOf(read)).not.toEqual([]);
  });
});

async function genericFiles(): Promise<string[]> {
  return (await sqlFilesIn(databasePath('dba'))).filter((file) =>
    /\/(0|[234])\d_\w+\.sql$/.test(file),
  );
}
