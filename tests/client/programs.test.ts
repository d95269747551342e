import { EpicError, memoryStore } from '../../src/client/index.ts';
import { newProgram, type Program } from '../support/programs.ts';
import { kept, type Office, openOffice, type Person } from './support/office.ts';

let office: Office;
let alice: Person;
let program: Program;

beforeAll(async () => {
  office = await openOffice();
  alice = await office.hire('sales');
});
afterAll(() => office.close());

let nth = 0;
beforeEach(async () => {
  program = await newProgram(office.database, `program-${++nth}`, alice.email);
});

const opened = async () => {
  const [row] = await office.database.query<{ count: number }>(
    'select count(*)::int from identity.session where service_account = $1',
    [program.name],
  );
  return row?.count;
};

const me = '{ me { id } }';

test('a client with assertions needs no login, and keeps its session', async () => {
  const client = office.stranger({ assertion: () => program.assertion() });
  expect(await client.query(me)).toEqual({ me: { id: alice.id } });
  expect(await client.query(me)).toEqual({ me: { id: alice.id } });
  expect(await opened()).toBe(1);
});

test('requests at the same moment share one session', async () => {
  const client = office.stranger({ assertion: async () => program.assertion() });
  await Promise.all([client.query(me), client.query(me), client.accessToken()]);
  expect(await opened()).toBe(1);
});

test('a client with assertions opens the next session when the token is about to end', async () => {
  const store = memoryStore();
  const client = office.stranger({ assertion: () => program.assertion(), store });
  await client.query(me);
  await store.save({ ...(await kept(store)), expiresAt: Date.now() + 5000 });
  await client.query(me);
  expect(await opened()).toBe(2);
});

test('a client with assertions opens the next session when the token has ended by the server’s clock', async () => {
  const store = memoryStore();
  const client = office.stranger({ assertion: () => program.assertion(), store });
  await client.query(me);
  await store.save(office.spent(await kept(store)));
  expect(await client.query(me)).toEqual({ me: { id: alice.id } });
  expect(await opened()).toBe(2);
});

test('after its session was ended, a client with assertions opens another with the next request', async () => {
  const client = office.stranger({ assertion: () => program.assertion() });
  await client.query(me);
  await office.database.query(
    'update identity.session set revoked_at = now() where service_account = $1',
    [program.name],
  );
  await expect(client.query(me)).rejects.toMatchObject({ problem: { kind: 'session_ended' } });
  expect(await client.query(me)).toEqual({ me: { id: alice.id } });
});

test('a refused assertion is an EpicError', async () => {
  const used = program.assertion();
  const client = office.stranger({ assertion: () => used });
  await client.query(me);
  await client.logout();
  await expect(client.query(me)).rejects.toThrow(EpicError);
  await expect(client.query(me)).rejects.toMatchObject({
    problem: { code: 'UNAUTHENTICATED', kind: 'assertion_refused' },
  });
});
