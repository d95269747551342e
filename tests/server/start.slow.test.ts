import { spawn } from 'node:child_process';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { plainEnvironment, runProgram } from '../support/program.ts';
import { readinessOf, spawnServer } from '../support/server.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { ask, askToLogIn, logIn } from './support/api.ts';

let database: TestDatabase;
let folder: string;
let keysFile: string;

beforeAll(async () => {
  database = await cloneDatabase();
  folder = await makeTemporaryFolder();
  keysFile = join(folder, 'keys.json');
  await writeFile(keysFile, JSON.stringify(generateJwks()), { mode: 0o600 });
});

afterAll(async () => {
  await database.drop();
  await removeFolder(folder);
});

const run = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  runProgram(programs.server, args, { env, cwd: folder });

const start = (env: NodeJS.ProcessEnv) =>
  run(['start'], {
    DATABASE_URL: database.authenticatorUrl,
    DATABASE_WORKER_URL: database.workerUrl,
    EPIC_JWT_KEYS: keysFile,
    EPIC_PORT: '0',
    ...env,
  });

describe('epic-server start', () => {
  test('epic-server start names every wrong variable at once, and says what to do', async () => {
    const { code, stderr } = await start({
      DATABASE_URL: 'mysql://root:secret@localhost/epic',
      EPIC_PORT: '70000',
      EPIC_LOG: 'loud',
      SENTRY_DSN: 'sentry',
      EPIC_TRUSTED_PROXIES: 'loopback, the-proxy',
    });
    expect(code).toBe(1);
    expect(stderr).toContain('5 reasons');
    expect(stderr).toContain('DATABASE_URL is not a PostgreSQL address.');
    expect(stderr).toContain('EPIC_PORT is "70000", which is not a port.');
    expect(stderr).toContain('EPIC_LOG is "loud", which is not a log level.');
    expect(stderr).toContain(
      'EPIC_TRUSTED_PROXIES is "loopback, the-proxy", which is not a list of addresses.',
    );
    expect(stderr).toContain('SENTRY_DSN is not a Sentry DSN.');
    expect(stderr).not.toMatch(/secret|\n\s+at /);
  });

  test('epic-server start asks for both logins when one is set', async () => {
    const { code, stderr } = await start({ DATABASE_WORKER_URL: '' });
    expect(code).toBe(1);
    expect(stderr).toContain('DATABASE_WORKER_URL is not set, though DATABASE_URL is.\n');
    expect(stderr).toContain('postgres://epic_worker:password@host:5432/database');
    const reversed = await start({ DATABASE_URL: '' });
    expect(reversed.code).toBe(1);
    expect(reversed.stderr).toContain('DATABASE_URL is not set, though DATABASE_WORKER_URL is.\n');
  });

  test.each([
    [
      'a wrong password',
      (url: URL) => Object.assign(url, { password: 'wrong' }),
      'password authentication failed for user "epic_worker"',
    ],
    [
      'the login of the API',
      () => new URL(database.authenticatorUrl),
      'permission denied for schema graphile_worker',
    ],
  ])(
    'epic-server start reports that the job queue cannot use the database with %s',
    async (_what, change, reason) => {
      const url = change(new URL(database.workerUrl));
      const { code, stderr } = await start({ DATABASE_WORKER_URL: url.href });
      expect(code).toBe(1);
      expect(stderr).toContain(`The job queue cannot use the database (${reason}).\n`);
      expect(stderr).toContain('Check DATABASE_WORKER_URL');
    },
  );

  test('epic-server start asks for keys when DATABASE_URL is set', async () => {
    const { stderr } = await start({ EPIC_JWT_KEYS: '' });
    expect(stderr).toContain('EPIC_JWT_KEYS is not set');
    expect(stderr).toContain('epic-server keys create');
  });

  test.each([
    ['can be read by others', '{"keys":[]}', 0o644, 'can be read by other users'],
    ['is not a JWK Set', 'secret', 0o600, 'is not a JWK Set'],
    ['is empty', '{"keys":[]}', 0o600, 'holds no key'],
    [
      'holds another kind of key',
      '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}',
      0o600,
      'is not a private EC P-256 key',
    ],
    ['holds a damaged key', damagedKey(), 0o600, 'is damaged'],
  ])(
    'epic-server start refuses a key file that %s, without quoting it',
    async (_why, content, mode, sentence) => {
      const file = join(folder, 'wrong.json');
      await writeFile(file, content);
      await chmod(file, mode);
      const { code, stderr } = await start({ EPIC_JWT_KEYS: file });
      expect(code).toBe(1);
      expect(stderr).toContain(sentence);
      expect(stderr).not.toMatch(/secret|c2VjcmV0|\n\s+at /);
    },
  );

  test('epic-server start reports a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await until(() => other.listening);
    const address = other.address();
    const port = String(typeof address === 'object' && address !== null ? address.port : 0);
    const { code, stderr } = await start({ EPIC_PORT: port });
    other.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${port} of 127.0.0.1 is taken by another program.`);
    expect(stderr).toContain('EPIC_PORT');
  });

  test('epic-server start reports a database that cannot be reached or is another one', async () => {
    const away = await start({ DATABASE_URL: 'postgres://a:secret@127.0.0.1:1/epic' });
    expect(away).toMatchObject({ code: 1, stderr: expect.stringContaining('Check DATABASE_URL') });
    const other = new URL(database.adminUrl);
    other.pathname = '/postgres';
    const foreign = await start({ DATABASE_URL: other.href });
    expect(foreign).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('epic-server migrate'),
    });
    expect(`${away.stderr}${foreign.stderr}`).not.toMatch(/secret|\n\s+at /);
  });

  test('epic-server start without DATABASE_URL runs its own PostgreSQL and keys, keeps both, and stops both', async () => {
    const dataFolder = join(folder, 'own');
    const serve = async () => {
      const server = await spawnServer(database, {
        DATABASE_URL: undefined,
        DATABASE_WORKER_URL: undefined,
        EPIC_JWT_KEYS: undefined,
        EPIC_DATA: dataFolder,
      });
      const response = await fetch(`${server.url}/.well-known/jwks.json`);
      const { status: ready } = await readinessOf(server.url);
      const found = { keys: await response.json(), ready };
      expect(await server.stop()).toBe(0);
      expect(server.output()).not.toContain('can do more than it should');
      return found;
    };
    const first = await serve();
    expect(first.ready).toBe(200);
    expect((await stat(dataFolder)).mode & 0o777).toBe(process.getuid?.() === 0 ? 0o710 : 0o700);
    expect((await stat(join(dataFolder, 'keys.json'))).mode & 0o777).toBe(0o600);
    await expect(readFile(join(dataFolder, 'postgres', 'postmaster.pid'))).rejects.toThrow(
      'ENOENT',
    );
    expect(await serve()).toEqual(first);
  });
});

describe('epic-server employee create', () => {
  const create = (name: string, email: string, department: string) =>
    run(['employee', 'create', '--name', name, '--email', email, '--department', department], {
      DATABASE_ADMIN_URL: database.adminUrl,
    });

  test('epic-server employee create prints the password of the first manager once, alone on stdout', async () => {
    const { code, stdout, stderr } = await create('Mia Durand', 'mia@epic.example', 'management');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Mia Durand') });
    expect(stdout).toMatch(/^([A-Z2-9]{4}-){3}[A-Z2-9]{4}\n$/);

    const server = await spawnServer(database);
    try {
      const session = await logIn(server.url, 'mia@epic.example', stdout.trim());
      expect(session.mustChangePassword).toBe(true);
      const { errors } = await ask(server.url, '{ me { id } }', { token: session.accessToken });
      expect(errors[0]?.extensions.kind).toBe('must_change_password');
    } finally {
      await server.stop();
    }
  });

  test.each([
    [
      'a department that is none',
      'X Y',
      'x@epic.example',
      'boss',
      'A department is sales, support',
    ],
    [
      'an e-mail that is none',
      'X Y',
      'nonsense',
      'sales',
      'An e-mail address looks like name@example.com.',
    ],
    [
      'an e-mail that is taken',
      'X Y',
      'MIA@epic.example',
      'sales',
      'Another employee already has this e-mail address.',
    ],
  ])(
    'epic-server employee create refuses %s with the sentence of the rule',
    async (_what, name, email, department, sentence) => {
      const { code, stdout, stderr } = await create(name, email, department);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(`epic-server: ${sentence}`);
    },
  );

  test('epic-server employee create --if-none creates the first employee with the password of a file, once', async () => {
    const fresh = await cloneDatabase();
    const passwordFile = join(folder, 'first-password');
    const createFirst = () =>
      run(
        [
          ...['employee', 'create', '--if-none', '--password-file', passwordFile],
          ...[
            '--name',
            'Mia Durand',
            '--email',
            'first@epic.example',
            '--department',
            'management',
          ],
        ],
        { DATABASE_ADMIN_URL: fresh.adminUrl },
      );
    try {
      await writeFile(passwordFile, 'short\n');
      expect(await createFirst()).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining('needs at least 12 characters'),
      });
      await writeFile(passwordFile, 'copper-anvil-meadow-42\n');
      expect(await createFirst()).toMatchObject({
        code: 0,
        stdout: '',
        stderr: expect.stringContaining('Mia Durand, management.'),
      });
      expect(await createFirst()).toEqual({
        code: 0,
        stdout: '',
        stderr: 'There is an employee already: nothing was changed.\n',
      });
      const server = await spawnServer(fresh);
      try {
        const session = await logIn(server.url, 'first@epic.example', 'copper-anvil-meadow-42');
        expect(session.mustChangePassword).toBe(true);
      } finally {
        await server.stop();
      }
    } finally {
      await fresh.drop();
    }
  });

  test('epic-server employee reset-password gives the only manager a new password', async () => {
    await create('Max Seul', 'max@epic.example', 'management');
    await database.query(`update identity.credential set changed_at = now() - interval '8 days'`);
    const reset = (email: string) =>
      run(['employee', 'reset-password', '--email', email], {
        DATABASE_ADMIN_URL: database.adminUrl,
      });
    const { code, stdout, stderr } = await reset('Max@epic.example');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('The password of Max@epic.example was reset'),
    });

    const server = await spawnServer(database);
    try {
      const session = await logIn(server.url, 'max@epic.example', stdout.trim());
      expect(session.mustChangePassword).toBe(true);
    } finally {
      await server.stop();
    }

    const nobody = await reset('nobody@epic.example');
    expect(nobody).toMatchObject({ code: 1, stdout: '' });
    expect(nobody.stderr).toContain('There is no employee with nobody@epic.example.');
  });

  test('epic-server employee reset-second-factor lets in a person who has lost their phone', async () => {
    await create('Lea Perdu', 'lea@epic.example', 'management');
    await database.query(
      `insert into identity.second_factor (employee_id, secret, enabled_at)
       select id, '12345678901234567890', now() from crm.employee where email = 'lea@epic.example'`,
    );
    const reset = (what: string, email: string) =>
      run(['employee', what, '--email', email], { DATABASE_ADMIN_URL: database.adminUrl });
    const password = (await reset('reset-password', 'lea@epic.example')).stdout.trim();

    const server = await spawnServer(database);
    try {
      const asked = await askToLogIn(server.url, 'lea@epic.example', password);
      expect(asked.errors[0]?.extensions.kind).toBe('second_factor_required');
      expect(await reset('reset-second-factor', 'Lea@epic.example')).toEqual({
        code: 0,
        stdout: '',
        stderr: expect.stringContaining('The second factor of Lea@epic.example was removed'),
      });
      await logIn(server.url, 'lea@epic.example', password);
    } finally {
      await server.stop();
    }

    const none = await reset('reset-second-factor', 'lea@epic.example');
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('has no second factor.');
  });

  test('epic-server employee create names a missing option', async () => {
    const { code, stderr } = await run(['employee', 'create', '--name', 'X']);
    expect(code).toBe(2);
    expect(stderr).toContain('--email');
  });
});

test('epic-server keys create writes a key that the server accepts, and never over another', async () => {
  const file = join(folder, 'made.json');
  expect((await run(['keys', 'create', file])).code).toBe(0);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const before = await readFile(file, 'utf8');
  expect((await run(['keys', 'create', file])).code).toBe(1);
  expect(await readFile(file, 'utf8')).toBe(before);
  const server = await spawnServer(database, { EPIC_JWT_KEYS: file });
  expect(await server.stop()).toBe(0);
});

// the memory of a process is read from /proc, and what keeps freed memory is glibc
(process.platform === 'linux' ? test : test.skip)(
  'the memory in which passwords are hashed goes back to the system',
  async () => {
    const server = await spawnServer(database);
    const residentMiB = async () => {
      const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
    };
    try {
      const before = await residentMiB();
      const refused = await Promise.all(
        Array.from({ length: 12 }, (_, nth) => askToLogIn(server.url, `nobody${nth}@epic.example`)),
      );
      for (const { errors } of refused) expect(errors[0]?.extensions.kind).toBe('login_refused');
      // kept, that of the threads that hash would be 80
      expect((await residentMiB()) - before).toBeLessThan(40);
    } finally {
      expect(await server.stop()).toBe(0);
    }
  },
);

test('epic-server reports a Node that is too old', async () => {
  const pretending = `Object.defineProperty(process.versions, 'node', { value: '20.1.0' })`;
  const child = spawn(
    process.execPath,
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(pretending)}`,
      programs.server,
      'start',
    ],
    { env: plainEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (data) => {
    stderr += data;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('epic-server needs Node 22 or newer, and this is Node 20.1.0.'),
  });
});

function damagedKey(): string {
  const [key] = generateJwks().keys;
  return JSON.stringify({ keys: [{ ...key, x: 'secret' }] });
}
