import { Client } from 'pg';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { ask, codesOf, logIn } from './support/api.ts';

let database: TestDatabase;
let server: RunningServer;

beforeAll(async () => {
  database = await cloneDatabase();
  server = await startServer(database);
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

interface Updated {
  updateClient: { client: { phone: string; version: number } } | null;
}

test('of several simultaneous updates of one version one succeeds, and the others are told who changed it', async () => {
  const email = 'sofia@epic.example';
  const sofia = await addEmployee(database, { email, department: 'sales', fullName: 'Sofia' });
  const id = await addClient(database, sofia);
  const { accessToken: token } = await logIn(server.url, email);
  const update = (phone: string) =>
    ask<Updated>(
      server.url,
      `mutation ($id: Int!, $patch: ClientPatch!) {
         updateClient(input: { id: $id, patch: $patch }) { client { phone version } }
       }`,
      { token, variables: { id, patch: { version: 1, phone } } },
    );

  // the record is locked until all of them wait for it
  const holder = new Client({ connectionString: database.adminUrl });
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from crm.client where id = $1 for update', [id]);
  const phones = ['1111', '2222', '3333'];
  const asked = phones.map(update);
  await until(async () => {
    const [row] = await database.query<{ waiting: number }>(
      `select count(*)::integer as waiting from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return row?.waiting === phones.length;
  });
  await holder.query('commit');
  await holder.end();

  const answers = await Promise.all(asked);
  const done = answers.flatMap(({ data }) => data?.updateClient?.client ?? []);
  expect(done).toEqual([{ phone: expect.stringMatching(/^(1111|2222|3333)$/), version: 2 }]);
  const refused = answers.filter(({ errors }) => errors.length > 0);
  expect(refused.flatMap(codesOf)).toEqual(['CONFLICT', 'CONFLICT']);
  for (const { errors } of refused) {
    expect(errors).toEqual([
      expect.objectContaining({
        message: `Client ${id} is at version 2, not 1: read it again.`,
        extensions: {
          code: 'CONFLICT',
          kind: 'version_is_current',
          field: 'version',
          facts: {
            version: 2,
            changedBy: 'Sofia',
            changedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*[+-]\d\d:\d\d$/),
          },
        },
      }),
    ]);
  }
  expect(await database.query('select phone, version from crm.client where id = $1', [id])).toEqual(
    done,
  );
});
