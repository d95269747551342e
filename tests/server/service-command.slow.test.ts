import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { createClient } from '../../src/client/index.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { addEmployee } from '../support/people.ts';
import { runProgram } from '../support/program.ts';
import { spawnServer } from '../support/server.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

let database: TestDatabase;
let folder: string;

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });

beforeAll(async () => {
  database = await cloneDatabase();
  await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
  folder = await makeTemporaryFolder();
  await writeFile(
    join(folder, 'program.pub'),
    publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  );
  await writeFile(
    join(folder, 'program.key'),
    privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  );
});

afterAll(async () => {
  await database.drop();
  await removeFolder(folder);
});

const run = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  runProgram(programs.server, ['service', ...args], {
    env: { DATABASE_ADMIN_URL: database.adminUrl, ...env },
    cwd: folder,
  });

const create = (name: string, options: Record<string, string> = {}, ...flags: string[]) => {
  const all = { owner: 'alice@epic.example', 'public-key': 'program.pub', ...options };
  const named = Object.entries(all).flatMap(([flag, value]) => [`--${flag}`, value]);
  return run(['create', name, ...named, ...flags]);
};

test('epic-server service create makes an account for a public key, with which a program opens sessions', async () => {
  const env = { EPIC_ISSUER: 'https://crm.epic.example' };
  const args = ['--owner', 'alice@epic.example', '--public-key', 'program.pub', '--read-only'];
  const created = await run(['create', 'backup-job', ...args, '--expires', '2100-01-31'], env);
  expect(created).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(
      'Service account backup-job was created: it acts as alice@epic.example, for reading only, until 2100-02-01 00:00 UTC.\n',
    ),
  });
  const claims = JSON.parse(created.stdout);
  expect(claims).toEqual({ iss: 'backup-job', sub: 'backup-job', aud: env.EPIC_ISSUER });

  const server = await spawnServer(database, env);
  try {
    let count = 0;
    const assertion = () =>
      jwt.sign({ ...claims, jti: String(++count) }, privateKey, {
        ...({ algorithm: 'RS256', expiresIn: 60 } as const),
      });
    const client = createClient({ url: server.url, assertion });
    expect(await client.query('{ me { email } }')).toEqual({ me: { email: 'alice@epic.example' } });

    const list = await run(['list']);
    expect(list.stdout).toMatch(
      /^name +owner +rights +created +last used +expires\nbackup-job +alice@epic\.example +read +\S+ \S+ UTC +\d\S+ \S+ UTC +2100-02-01 00:00 UTC\n$/,
    );

    expect(await run(['revoke', 'backup-job'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'Service account backup-job was revoked, and its sessions have ended.\n',
    });
    await expect(client.query('{ me { id } }')).rejects.toMatchObject({
      problem: { code: 'UNAUTHENTICATED' },
    });
  } finally {
    await server.stop();
  }
  expect(await run(['list'])).toEqual({
    ...{ code: 0, stdout: '', stderr: 'There is no service account.\n' },
  });
  expect((await run(['revoke', 'backup-job'])).stderr).toContain(
    'You see no service account backup-job, or it has ended already.',
  );
});

test.each([
  [
    'a name in capitals',
    'Backup',
    {},
    'A service account has a name of 2 to 63 lower-case letters',
  ],
  [
    'an unknown owner',
    'job',
    { owner: 'x@epic.example' },
    'There is no active employee with x@epic.example.',
  ],
  [
    'a private key',
    'job',
    { 'public-key': 'program.key' },
    'The file has a private key, which stays with the program.',
  ],
  [
    'a file that is not there',
    'job',
    { 'public-key': 'none.pub' },
    'The file none.pub cannot be read.',
  ],
  ['a day that is none', 'job', { expires: '2027-02-30x' }, '“2027-02-30x” is not a day.'],
  [
    'a day of the past',
    'job',
    { expires: '2020-01-01' },
    'The service account would have expired already.',
  ],
])('epic-server service create refuses %s', async (_what, name, options, sentence) => {
  const refused = await create(name, options);
  expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: '' });
  expect(refused.stderr).toContain(`epic-server: ${sentence}`);
});

test('a name in use is refused, until its account has ended', async () => {
  expect((await create('nightly')).code).toBe(0);
  const again = await create('nightly');
  expect(again).toMatchObject({ code: 1 });
  expect(again.stderr).toContain('There is a service account nightly already.');
  expect((await run(['revoke', 'nightly'])).code).toBe(0);
  expect((await create('nightly')).code).toBe(0);
});

test('epic-server service create names a missing option', async () => {
  const { code, stderr } = await run(['create', 'job', '--owner', 'alice@epic.example']);
  expect(code).toBe(2);
  expect(stderr).toContain('--public-key');
});
