import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findStaleEntries, type MutationReport } from '../../src/server/dba/mutation/mutation.ts';
import { runMutants } from '../../src/server/dba/mutation/run.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { plainEnvironment, runProgram } from '../support/program.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

// `epic-server policies mutate` on a handful of mutants; all of them are tried by `npm run test:mutation`.

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
});

afterAll(() => database.drop());

const mutate = (...args: string[]) =>
  runProgram(programs.server, ['policies', 'mutate', ...args], {
    env: { EPIC_TEST_DATABASE_URL: database.adminUrl },
  });

const names = [
  'alter policy sales_update_own on crm.client using (true)',
  'crm_private.client_check_sales_contact(): if not contact.active -> false',
  'drop policy sales_update_own on crm.client',
  'revoke insert (email) on crm.client from epic_sales',
];
const only = `^(${names.map((name) => name.replace(/[().]/g, '\\$&')).join('|')})$`;

test('policies mutate names the tests that notice a changed rule', async () => {
  const { code, stdout, stderr } = await mutate(
    '--json',
    '--jobs',
    '2',
    '--only',
    only,
    'tests/sql/client.sql',
    'tests/sql/contact_rules.sql',
  );
  expect(stderr).toBe('');
  const proof: MutationReport = JSON.parse(stdout);
  expect(proof).toMatchObject({
    score: 1,
    total: 4,
    killed: 4,
    structural: 0,
    survived: 0,
    equivalent: 0,
    control: 'survived',
  });
  expect(proof.mutants.map(({ name }) => name).sort()).toEqual(names);
  const dropped = proof.mutants.find(({ name }) => name === names[2]);
  expect(dropped).toEqual({
    name: 'drop policy sales_update_own on crm.client',
    kind: 'drop policy',
    object: 'crm.client',
    sql: 'drop policy sales_update_own on crm.client',
    equivalence: null,
    status: 'killed',
    killedBy: expect.stringMatching(
      /^tests\/sql\/client\.sql:\d+: sales change their own client: /,
    ),
  });
  expect(code).toBe(0);
});

test('policies mutate fails when a change survives', async () => {
  const { code, stdout } = await mutate('--only', only, 'tests/sql/identity_change_password.sql');
  expect(stdout).toContain('survived    drop policy sales_update_own on crm.client\n');
  expect(stdout).toMatch(
    /^survived {4}crm_private\.client_check_sales_contact\(\): if not contact\.active -> false\n {12}CREATE OR REPLACE/m,
  );
  expect(stdout).toContain(
    [
      '4 mutants; the control, which changes nothing, survived.',
      '        0  killed by a test of what happens',
      '        0  killed by a test of the catalogue alone, with a reason',
      '        0  equivalent: the condition beside it holds, or it is listed with a proof',
      '        4  survived, or were killed by a test of the catalogue alone',
      'Score of behaviour: 0 %\n',
    ].join('\n'),
  );
  expect(code).toBe(1);
});

test('policies mutate judges nothing when the tests fail without a change', async () => {
  const folder = await makeTemporaryFolder();
  try {
    const file = join(folder, 'wrong.sql');
    const statements = [
      'set search_path = tap, public',
      'select plan(1)',
      `select ok(false, 'this is so')`,
    ];
    await writeFile(file, `${statements.join(';\n')};\n`);
    const { code, stdout, stderr } = await mutate('--only', only, file);
    expect(stdout).toBe('');
    expect(stderr).toContain(
      'The tests fail although nothing is changed, so they can judge no mutant:',
    );
    expect(stderr).toContain('wrong.sql:3: this is so\n');
    expect(code).toBe(2);
  } finally {
    await removeFolder(folder);
  }
});

test('policies mutate takes a lost connection for no verdict', async () => {
  const folder = await makeTemporaryFolder();
  try {
    const file = join(folder, 'breaks.sql');
    await writeFile(file, 'select pg_terminate_backend(pg_backend_pid());\n');
    const { code, stdout, stderr } = await mutate('--only', only, file);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/breaks\.sql could not be run to its end: /);
    expect(stderr).toContain('This says nothing about the rules.');
    expect(code).toBe(2);
  } finally {
    await removeFolder(folder);
  }
});

test('policies mutate takes a mutant that cannot be applied for an error', async () => {
  const mutant = {
    name: 'no such policy',
    kind: 'drop policy',
    object: '',
    sql: 'drop policy x on crm.client',
    equivalence: null,
  };
  const trial = runMutants({
    server: JSON.parse(process.env.EPIC_TEST_SERVER ?? ''),
    files: [],
    control: { name: 'nothing', kind: 'control', object: '', sql: 'select', equivalence: null },
    mutants: [mutant],
    settled: new Map(),
    equivalent: new Set(),
    jobs: 1,
    interrupted: new AbortController().signal,
    onVerdict: () => undefined,
  });
  await expect(trial).rejects.toThrow(
    'A mutant cannot be made: no such policy\n' +
      '  policy "x" for table "client" does not exist (42704)\n' +
      '  drop policy x on crm.client',
  );
});

test('policies mutate leaves no database behind when it is interrupted', async () => {
  const child = spawn(
    process.execPath,
    [programs.server, 'policies', 'mutate', '--jobs', '2', 'tests/sql/client.sql'],
    {
      env: { ...plainEnvironment(), EPIC_TEST_DATABASE_URL: database.adminUrl },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (data: string) => {
    said += data;
  });
  await once(child.stdout, 'data');
  child.stdout.resume();
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([2, null]);
  expect(said).toBe('epic-server: Interrupted.\n');
  expect(
    await database.query('select datname from pg_database where starts_with(datname, $1)', [
      `epic_test_${child.pid}_`,
    ]),
  ).toEqual([]);
});

test('policies mutate refuses wrong arguments', async () => {
  const nothing = await mutate('--only', 'no such mutant');
  expect(nothing.stderr).toContain('epic-server: No mutant is like that.\n');
  expect(nothing.code).toBe(2);
  const pattern = await mutate('--only', '(');
  expect(pattern.stderr).toBe('epic-server: --only ( is not a regular expression.\n');
  const jobs = await mutate('--jobs', 'many');
  expect(jobs.stderr).toBe('epic-server: --jobs many is not a number from 1 to 16.\n');
  const kind = await mutate('--kind', 'polish policy');
  expect(kind.stderr).toContain('epic-server: There are no mutants of kind polish policy.\n');
  expect(kind.stderr).toContain('widen policy');
});

test('policies mutate derives mutants for what is added to the database', async () => {
  const count = async () =>
    (
      await database.query<{ name: string }>(
        `select name from dba.mutation where object = 'crm.trial' order by kind, name`,
      )
    ).map(({ name }) => name);
  const departments = (
    await database.query<{ role: string }>('select role from dba.department')
  ).map(({ role }) => role);
  const others = [...departments, 'epic_anonymous', 'epic_worker']
    .filter((role) => role !== 'epic_sales')
    .sort();
  expect(await count()).toEqual([]);
  await database.query(`
    create table crm.trial (id integer primary key, size integer check (size > 0));
    alter table crm.trial owner to epic_owner;
    alter table crm.trial enable row level security, force row level security;
    grant select on crm.trial to epic_sales;
    create policy sales_read_big on crm.trial for select to epic_sales using (size > 10 and id > 0)`);
  expect(await count()).toEqual([
    'alter table crm.trial drop constraint trial_pkey cascade',
    'alter table crm.trial drop constraint trial_size_check',
    'drop policy sales_read_big on crm.trial',
    ...others.map((role) => `grant select on crm.trial to ${role}`),
    ...others.map((role) => `policy sales_read_big on crm.trial for ${role} too`),
    'alter policy sales_read_big on crm.trial using (false)',
    'revoke select on crm.trial from epic_sales',
    'alter table crm.trial disable row level security',
    'alter table crm.trial no force row level security',
    ...departments
      .flatMap((role) =>
        ['delete', 'insert', 'truncate', 'update'].map(
          (verb) => `grant ${verb} on crm.trial to ${role}`,
        ),
      )
      .sort(),
    'alter policy sales_read_big on crm.trial using (true)',
    'alter policy sales_read_big on crm.trial using: without (id > 0)',
    'alter policy sales_read_big on crm.trial using: without (size > 10)',
  ]);
});

test('every mutant can be applied, and the control changes nothing', async () => {
  const kinds = await database.query<{ kind: string; sql: string }>(
    'select distinct on (kind) kind, sql from dba.mutation order by kind, name',
  );
  expect(kinds.map(({ kind }) => kind)).toEqual([
    'control',
    'drop constraint',
    'drop default',
    'drop policy',
    'drop trigger',
    'give grant',
    'give policy',
    'ignore a check',
    'narrow policy',
    'revoke grant',
    'rights of a function',
    'row-level security',
    'weaken constraint',
    'widen grant',
    'widen policy',
  ]);
  expect(kinds[0]?.sql).toBe('select');
  for (const { sql } of kinds) await database.query(`begin; ${sql}; rollback`);
});

test('policies mutate tells a mutant that only the catalogue shows from one that shows in what happens', async () => {
  const { code, stdout } = await mutate(
    ...['--json', '--object', 'identity.session', '--kind', 'drop trigger'],
    'tests/sql/catalogue/session_notify.sql',
  );
  const { score, killed, survived, mutants }: MutationReport = JSON.parse(stdout);
  const structural = mutants.filter(({ status }) => status === 'structural');
  expect(structural.map(({ name }) => name)).toContain(
    'drop trigger session_95_notify_revoked on identity.session',
  );
  expect({ score, killed, survived }).toEqual({ score: 0, killed: 0, survived: mutants.length });
  expect(code).toBe(1);
});

test('policies mutate runs no test on a mutant whose condition of equivalence holds', async () => {
  const { code, stdout } = await mutate(
    ...[
      '--json',
      '--only',
      'policy sales_update_own on crm.client for epic_(anonymous|support) too',
    ],
    'tests/sql/client.sql',
  );
  const { score, equivalent, mutants }: MutationReport = JSON.parse(stdout);
  expect({ score, equivalent }).toEqual({ score: 1, equivalent: 2 });
  expect(mutants.map(({ equivalence }) => equivalence)).toEqual([
    `not has_any_column_privilege('epic_anonymous', 'crm.client', 'update')`,
    `not has_any_column_privilege('epic_support', 'crm.client', 'update')`,
  ]);
  expect(code).toBe(0);
});

test('policies mutate --resume keeps its verdicts, until a test changes', async () => {
  const folder = await makeTemporaryFolder();
  try {
    const journal = join(folder, 'verdicts');
    const file = join(folder, 'client.sql');
    await writeFile(file, await readFile('tests/sql/client.sql'));
    const run = () => mutate('--only', only, '--resume', journal, file);
    const first = await run();
    expect(first.stdout).toMatch(/^killed {6}drop policy sales_update_own on crm\.client$/m);
    // a run that was killed leaves half a line
    await writeFile(journal, `${(await readFile(journal, 'utf8')).trimEnd().slice(0, -9)}`);
    const second = await run();
    expect(second.stdout.match(/^(killed|survived) /gm)).toHaveLength(1);
    expect(second.stdout).toContain('4 mutants; ');
    expect(second.stdout.split('4 mutants; ')[1]).toBe(first.stdout.split('4 mutants; ')[1]);
    await appendFile(file, '\n');
    const third = await run();
    expect(third.stdout.match(/^(killed|survived) /gm)).toHaveLength(4);

    await writeFile(journal, '{"name": "another program\'s"}\n');
    expect((await run()).stderr).toContain(
      `epic-server: ${journal} holds something else than verdicts.\n`,
    );
  } finally {
    await removeFolder(folder);
  }
});

test('policies mutate refuses an entry of its list that is not true', () => {
  const mutants = ['dropped', 'widened', 'shown'].map((name) => ({
    ...{ name, kind: '', object: '', sql: '', equivalence: null },
  }));
  const verdicts = mutants.map((mutant) => ({
    mutant,
    status: mutant.name === 'shown' ? ('structural' as const) : ('killed' as const),
    killedBy: 'tests/sql/x.sql:1: no',
  }));
  const listed = {
    equivalent: new Set(['dropped', 'gone']),
    structural: new Set(['shown', 'widened']),
  };
  expect(findStaleEntries(listed, mutants, verdicts)).toEqual([
    'tests/mutation/accepted.json lists a mutant as equivalent that is not: dropped\n  tests/sql/x.sql:1: no',
    'tests/mutation/accepted.json lists a mutant that does not exist: gone',
    'tests/mutation/accepted.json lists a mutant as structural that is not: widened\n  tests/sql/x.sql:1: no',
  ]);
});
