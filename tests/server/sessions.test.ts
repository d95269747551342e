import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { addClient, addEmployee } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { ask, codesOf, logIn } from './support/api.ts';

let database: TestDatabase;
let server: RunningServer;

beforeAll(async () => {
  database = await cloneDatabase();
  await addEmployee(database, { email: 'boss@epic.example', department: 'management' });
  server = await startServer(database);
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

describe('a session', () => {
  test('a session ends with the next request after its employee is deactivated', async () => {
    const id = await addEmployee(database, { email: 'a@epic.example', department: 'support' });
    const boss = await logIn(server.url, 'boss@epic.example');
    const { accessToken: token } = await logIn(server.url, 'a@epic.example');
    const deactivated = await ask(
      server.url,
      `mutation { deactivateEmployee(input: { employeeId: ${id} }) { employee { active } } }`,
      { token: boss.accessToken },
    );
    expect(deactivated.data).toEqual({ deactivateEmployee: { employee: { active: false } } });

    const answer = await ask(server.url, '{ clients { totalCount } }', { token });
    expect(codesOf(answer)).toEqual(['UNAUTHENTICATED']);
  });

  test('a session ends with the next request after its employee moves to another department', async () => {
    const id = await addEmployee(database, { email: 'b@epic.example', department: 'support' });
    const boss = await logIn(server.url, 'boss@epic.example');
    const { accessToken: token } = await logIn(server.url, 'b@epic.example');
    await ask(
      server.url,
      `mutation { moveEmployee(input: { employeeId: ${id}, department: sales }) { employee { id } } }`,
      { token: boss.accessToken },
    );
    const answer = await ask(server.url, '{ clients { totalCount } }', { token });
    expect(answer.errors[0]).toMatchObject({
      message: 'You have moved to sales since you logged in.',
      extensions: { code: 'UNAUTHENTICATED' },
    });

    const again = await logIn(server.url, 'b@epic.example');
    expect(again.employee.department).toBe('sales');
  });

  test('many employees on few connections never share a session', async () => {
    const people: { id: number; accessToken: string }[] = [];
    for (const department of ['sales', 'support', 'management', 'sales', 'support']) {
      const email = `p${people.length}@epic.example`;
      const id = await addEmployee(database, { email, department });
      if (department === 'sales') await addClient(database, id);
      people.push({ id, accessToken: (await logIn(server.url, email)).accessToken });
    }
    const requests = Array.from({ length: 150 }, async (_, index) => {
      const person = people[index % people.length];
      if (person === undefined || index % 7 === 0) {
        return codesOf(await ask(server.url, '{ clients { totalCount } }')).join();
      }
      if (index % 5 === 0) {
        // Fails in the middle of its transaction.
        const refused = await ask(
          server.url,
          'mutation { recordPayment(input: { contractId: 1, amount: "x" }) { payment { id } } }',
          { token: person.accessToken },
        );
        return codesOf(refused).join();
      }
      const { data } = await ask<{
        me: { id: number };
        clients: { nodes: { commercialId: number }[] };
      }>(
        server.url,
        '{ me { id } clients(condition: { mine: true }) { nodes { commercialId } } }',
        { token: person.accessToken },
      );
      const isMine = data?.clients.nodes.every((row) => row.commercialId === person.id);
      return data?.me.id === person.id && isMine ? 'themselves' : 'somebody else';
    });
    expect([...new Set(await Promise.all(requests))].sort()).toEqual([
      'INVALID',
      'UNAUTHENTICATED',
      'themselves',
    ]);
  });

  test('a request without a session reads nothing', async () => {
    for (const query of [
      '{ me { id } }',
      '{ employees { nodes { id } } }',
      '{ historyEntries { nodes { id } } }',
      '{ explainAccess(record: client, verb: read) { sentence } }',
      'mutation { logout { ok } }',
      'mutation { createEmployee(input: { fullName: "A", email: "a@b.fr", department: sales }) { oneTimePassword } }',
    ]) {
      const answer = await ask(server.url, query);
      expect({ query, codes: codesOf(answer) }).toEqual({ query, codes: ['UNAUTHENTICATED'] });
    }
  });
});
