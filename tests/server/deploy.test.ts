import { deploy } from '../../src/server/database/deploy.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
});

afterAll(async () => {
  await database.drop();
});

const deployAgain = () =>
  deploy({ adminUrl: database.adminUrl, rolesToo: false, say: () => undefined });

describe('a deployment', () => {
  test('applies every policy file also when no migration is pending', async () => {
    const { migrations, policies } = await deployAgain();

    expect(migrations).toEqual([]);
    expect(policies).toBeGreaterThan(5);
  });

  test('takes back what somebody granted or opened by hand', async () => {
    await database.query(`
      grant delete on crm.contract to epic_sales;
      create policy backdoor on crm.contract for delete to epic_sales using (true);
      create policy backdoor_2 on crm.client for select to epic_anonymous using (true);
    `);

    await deployAgain();

    expect(await database.query(`select from pg_policies where policyname ~ 'backdoor'`)).toEqual(
      [],
    );
    expect(
      await database.query(`select has_table_privilege('epic_sales', 'crm.contract', 'delete')`),
    ).toEqual([{ has_table_privilege: false }]);
  });

  test('waits for another one of the same database', async () => {
    const deployments = await Promise.all([deployAgain(), deployAgain(), deployAgain()]);

    expect(new Set(deployments.map(({ policies }) => policies)).size).toBe(1);
  });

  test('is refused to the login of the API', async () => {
    await expect(
      deploy({ adminUrl: database.authenticatorUrl, rolesToo: false, say: () => undefined }),
    ).rejects.toThrow('The role epic_authenticator may not become epic_owner');
  });

  test('says so when the database cannot be reached', async () => {
    const url = new URL(database.adminUrl);
    url.port = '1';

    await expect(
      deploy({ adminUrl: url.href, rolesToo: false, say: () => undefined }),
    ).rejects.toThrow('The database cannot be reached: connect ECONNREFUSED');
  });
});
