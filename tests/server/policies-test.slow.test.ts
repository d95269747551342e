import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { runProgram } from '../support/program.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

// `epic-server policies test`, on the PostgreSQL of this run.

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await cloneDatabase();
  folder = await makeTemporaryFolder();
});

afterAll(async () => {
  await database.drop();
  await removeFolder(folder);
});

const policiesTest = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  runProgram(programs.server, ['policies', 'test', ...args], {
    env: { EPIC_TEST_DATABASE_URL: database.adminUrl, ...env },
  });

async function testFile(name: string, ...statements: string[]): Promise<string> {
  const file = join(folder, name);
  const opening = ['begin', 'set local search_path = tap, public'];
  await writeFile(file, `${[...opening, ...statements, 'rollback'].join(';\n')};\n`);
  return file;
}

test('policies test prints one stream of TAP with the place of each failure and a summary', async () => {
  const one = await testFile('one.sql', 'select plan(1)', `select ok(true, 'all is well')`);
  const two = await testFile(
    'two.sql',
    'select plan(2)',
    `select is(1, 2, 'one is two')`,
    `select ok(true, 'two is two')`,
  );
  const { code, stdout, stderr } = await policiesTest([one, two]);
  expect(stdout).toBe(
    `TAP version 13
# ${relative('.', one)}
ok 1 - all is well
# ${relative('.', two)}
not ok 2 - one is two
# ${relative('.', two)}:4
# Failed test 1: "one is two"
#         have: 1
#         want: 2
ok 3 - two is two
1..3
`,
  );
  expect(stderr).toBe('\n2 passed, 1 failed\n');
  expect(code).toBe(1);
});

test('policies test fails a file that stops by an error or runs fewer tests than planned', async () => {
  const stops = await testFile('stops.sql', 'select plan(1)', 'select 1 / 0');
  const leaves = await testFile('leaves.sql', 'select plan(2)', 'select pass()');
  const { code, stdout, stderr } = await policiesTest([stops, leaves]);
  expect(stdout).toContain(
    `not ok 1 - stopped by an error: division by zero (22012)\n# ${relative('.', stops)}:4\n`,
  );
  expect(stdout).toContain('not ok 3 - 2 tests were planned, but 1 ran\n');
  expect(stderr).toBe('\n1 passed, 2 failed\n');
  expect(code).toBe(1);
});

test('policies test runs in a scratch database, which is dropped afterwards', async () => {
  const file = await testFile(
    'where.sql',
    'select plan(1)',
    'select pass(current_database()::text)',
  );
  const { code, stdout } = await policiesTest([file]);
  const name = /^ok 1 - (\w+)$/m.exec(stdout)?.[1];
  expect(name).toMatch(/^epic_test_/);
  expect(code).toBe(0);
  expect(await database.query('select from pg_database where datname = $1', [name])).toEqual([]);
});

test('policies test --database names the server', async () => {
  const { code, stderr } = await policiesTest(
    ['--database', database.adminUrl, 'tests/sql/owner_privileges.sql'],
    { EPIC_TEST_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nowhere' },
  );
  expect(stderr).toBe('\n4 passed, 0 failed\n');
  expect(code).toBe(0);
});

test('policies test needs a superuser', async () => {
  const { code, stdout, stderr } = await policiesTest([], {
    EPIC_TEST_DATABASE_URL: database.authenticatorUrl,
  });
  expect(stdout).toBe('');
  expect(stderr).toBe(
    'epic-server: The tests act as every role in turn, and so need the login of a superuser.\n' +
      '  Name one in the address after --database, or in EPIC_TEST_DATABASE_URL. Without either they run on an embedded PostgreSQL, which serves where there is no superuser.\n',
  );
  expect(code).toBe(2);
});

test('policies test reports an unreachable server and a missing file', async () => {
  const silent = await policiesTest(['--database', 'postgres://nobody:secret@127.0.0.1:1/nowhere']);
  expect(silent.stderr).toContain('The server for the tests cannot be reached: ');
  expect(silent.stderr).not.toContain('secret');
  expect(silent.code).toBe(2);

  const missing = await policiesTest(['tests/sql/nothing.sql']);
  expect(missing.stderr).toBe('epic-server: There is no file tests/sql/nothing.sql.\n');
  expect(missing.code).toBe(2);
});
