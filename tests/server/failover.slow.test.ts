import { setTimeout as sleep } from 'node:timers/promises';
import { programs } from '../support/paths.ts';
import { addEmployee } from '../support/people.ts';
import { runProgram } from '../support/program.ts';
import { spawnServer } from '../support/server.ts';
import { startTwoNodes, type TwoNodes } from '../support/two-nodes.ts';
import { until } from '../support/until.ts';
import { ask, askToLogIn, logIn } from './support/api.ts';

let nodes: TwoNodes;

beforeAll(async () => {
  nodes = await startTwoNodes();
  const admin = await nodes.primary.connect();
  await addEmployee(
    { query: async (sql, values) => (await admin.query(sql, values)).rows },
    { email: 'a@epic.example', department: 'sales' },
  );
  await admin.end();
});

afterAll(() => nodes.stop());

const create = (email: string) => `
  mutation { createClient(input: { client: { fullName: "Jeanne Moreau", email: "${email}" } }) { client { id } } }`;

test('a server does not start on a standby alone, and says why', async () => {
  const urls = nodes.urlsOf(nodes.standby);
  await expect(spawnServer(urls)).rejects.toThrow(
    'epic-server: The database cannot be used (The database is a standby.).',
  );
});

test('when the primary is lost, the server goes on with the standby that is promoted, and nothing acknowledged is lost', async () => {
  // the standby is the first of the two, and not used before it is promoted
  const server = await spawnServer(nodes.urlsOf(nodes.standby, nodes.primary));
  const { accessToken: token } = await logIn(server.url, 'a@epic.example');
  const acknowledged: string[] = [];
  const codes = new Set<string>();
  let isOver = false;
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let nth = 0; !isOver; nth++) {
      const email = `client-${writer}-${nth}@client.example`;
      const { errors } = await ask(server.url, create(email), { token });
      if (errors.length === 0) acknowledged.push(email);
      for (const { extensions } of errors) codes.add(extensions.code);
      await sleep(errors.length === 0 ? 5 : 100);
    }
  });
  await until(() => acknowledged.length > 20);

  const standby = await nodes.standby.connect();
  await nodes.primary.kill();
  await until(async () => (await fetch(`${server.url}/readyz`)).status === 503);
  const refused = await askToLogIn(server.url, 'a@epic.example');
  expect(refused.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAVAILABLE']);
  await standby.query('select pg_promote()');
  const promoted = performance.now();
  const before = acknowledged.length;
  await until(() => acknowledged.length > before + 20);
  expect(performance.now() - promoted).toBeLessThan(10_000);
  isOver = true;
  await Promise.all(writers);

  expect([...codes].filter((code) => code !== 'UNAVAILABLE')).toEqual([]);
  const { rows } = await standby.query<{ missing: string[] | null }>(
    `select array_agg(email) as missing from unnest($1::text[]) as written (email)
     where not exists (select from crm.client where client.email = written.email)`,
    [acknowledged],
  );
  expect(rows).toEqual([{ missing: null }]);
  await standby.end();
  await until(async () => (await fetch(`${server.url}/readyz`)).status === 200);
  expect(await server.stop()).toBe(0);
});

test.each([
  ['standby', 'asks for a host by target_session_attrs=standby, and the server writes.'],
  ['any', 'asks for a host by target_session_attrs=any, and the server writes.'],
])('target_session_attrs=%s is refused', async (wanted, problem) => {
  const { code, stderr } = await runProgram(programs.server, ['start'], {
    env: {
      DATABASE_URL: `postgres://epic_authenticator:secret@one,two/epic?target_session_attrs=${wanted}`,
    },
  });
  expect(code).toBe(1);
  expect(stderr).toContain(`DATABASE_URL ${problem}`);
  expect(stderr).not.toContain('secret');
});
