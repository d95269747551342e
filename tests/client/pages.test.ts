import { ClientList } from '../../src/cli/operations/index.ts';
import type { Client, Connection, Operation } from '../../src/client/index.ts';
import { addClient } from '../support/people.ts';
import { type Office, openOffice } from './support/office.ts';

let office: Office;
let sales: Client;
let ids: number[];

beforeAll(async () => {
  office = await openOffice();
  const alice = await office.hire('sales');
  ids = [];
  for (let nth = 0; nth < 7; nth++) ids.push(await addClient(office.database, alice.id));
  sales = await alice.client();
});
afterAll(() => office.close());

type Ids = Connection<{ id: number }>;

async function idsOf(rows: AsyncIterable<{ id: number }>): Promise<number[]> {
  const found: number[] = [];
  for await (const { id } of rows) found.push(id);
  return found;
}

test('all rows of a list are read, page after page', async () => {
  const rows = sales.all(ClientList, { first: 3, orderBy: ['ID_ASC'] }, (data) => data.clients);
  expect(await idsOf(rows)).toEqual(ids);
  const mine = { first: 7, condition: { mine: true } };
  expect(await idsOf(sales.all(ClientList, mine, (data) => data.clients))).toHaveLength(7);
});

test('the pages can begin after a cursor', async () => {
  const { clients } = await sales.request(ClientList, { first: 4, orderBy: ['ID_ASC'] });
  const rest = { first: 2, orderBy: ['ID_ASC' as const], after: clients?.pageInfo.endCursor };
  expect(await idsOf(sales.all(ClientList, rest, (data) => data.clients))).toEqual(ids.slice(4));
});

test('the pages of a caller’s own operation are read', async () => {
  const Numbers: Operation<{ clients: Ids }, { size: number; after?: string | null }> =
    'query Numbers($size: Int, $after: Cursor) { clients(first: $size, after: $after, orderBy: [ID_ASC]) { nodes { id } pageInfo { hasNextPage endCursor } } }';
  expect(await idsOf(sales.all(Numbers, { size: 2 }, (data) => data.clients))).toEqual(ids);
});

test('a page is fetched when it is wanted', async () => {
  let pages = 0;
  for await (const { id } of sales.all(ClientList, { first: 3 }, (data) => {
    pages++;
    return data.clients;
  })) {
    expect(id).toBeGreaterThan(0);
    break;
  }
  expect(pages).toBe(1);
});

test('an operation without the cursor is refused rather than repeated', async () => {
  const Forgetful: Operation<{ clients: Ids }, { after?: string | null }> =
    'query Forgetful { clients(first: 2) { nodes { id } pageInfo { hasNextPage endCursor } } }';
  const rows = sales.all(Forgetful, {}, (data) => data.clients);
  await expect(idsOf(rows)).rejects.toThrow('The operation does not go on after $after.');
});
