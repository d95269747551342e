import type { JsonWebKey } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { activeKeys, verifiesAfterSeconds } from '../../src/server/identity/keys.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { addEmployee } from '../support/people.ts';
import { runProgram } from '../support/program.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { removeFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { ask, codesOf, logIn } from './support/api.ts';

let folder: string;
let keysFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), `epic-test-${process.pid}-keys-`));
  keysFile = join(folder, 'keys.json');
  await write(generateJwks());
});

afterEach(() => removeFolder(folder));

type Jwks = { keys: (JsonWebKey & { nbf?: number })[] };

const write = (jwks: unknown) => writeFile(keysFile, JSON.stringify(jwks), { mode: 0o600 });
const read = async (): Promise<Jwks> => JSON.parse(await readFile(keysFile, 'utf8'));
const rotate = (...args: string[]) => runProgram(programs.server, ['keys', 'rotate', ...args]);
const seconds = () => Math.floor(Date.now() / 1000);

describe('the key that signs', () => {
  const key = (name: string, nbf?: number) => ({ name, ...(nbf === undefined ? {} : { nbf }) });
  const names = (keys: { name: string }[]) => keys.map(({ name }) => name);

  test('the first key of a set made by hand signs, and all of them verify', () => {
    expect(names(activeKeys([key('a'), key('b')], 1e9))).toEqual(['a', 'b']);
  });

  test('the newest key signs, from its own time on', () => {
    const keys = [key('new', 1000), key('old')];
    expect(names(activeKeys(keys, 999))).toEqual(['old', 'new']);
    expect(names(activeKeys(keys, 1000))).toEqual(['new', 'old']);
  });

  test('a replaced key no longer verifies once its last token has expired', () => {
    const keys = [key('new', 1000), key('old'), key('older')];
    expect(names(activeKeys(keys, 1000 + verifiesAfterSeconds - 1))).toEqual([
      'new',
      'old',
      'older',
    ]);
    expect(names(activeKeys(keys, 1000 + verifiesAfterSeconds))).toEqual(['new']);
  });

  test('a key goes on signing until the time of the newer one has come', () => {
    const keys = [key('c', 3000), key('b', 2000), key('a', 1000)];
    expect(names(activeKeys(keys, 2500))).toEqual(['b', 'c', 'a']);
    expect(names(activeKeys(keys, 2999))).toEqual(['b', 'c']);
  });

  test('the earliest key signs when the times of all are in the future', () => {
    expect(names(activeKeys([key('b', 200), key('a', 100)], 50))).toEqual(['a', 'b']);
  });
});

describe('epic-server keys rotate', () => {
  test('keys rotate adds a key that signs in a minute, and keeps the present one', async () => {
    const before = await read();
    const run = await rotate(keysFile);
    expect(run).toMatchObject({ code: 0, stdout: '' });
    expect(run.stderr).toMatch(
      /^A new key was added, which signs from 20[\d-]+T[\d:.]+Z: by then every running server has read it\.\nSessions continue: .*\n$/,
    );
    const { keys } = await read();
    expect(keys).toHaveLength(2);
    expect(keys[1]).toEqual(before.keys[0]);
    expect(keys[0]?.nbf).toBeGreaterThan(seconds() + 20);
    expect((await stat(keysFile)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['keys.json']);
  });

  test('keys rotate run twice within a minute adds one key', async () => {
    await rotate(keysFile);
    const before = await read();
    const again = await rotate(keysFile);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(
      /A new key is there already: it signs from .* on\.\n {2}Rotate again once it does\.\n$/,
    );
    expect(await read()).toEqual(before);
  });

  test('keys rotate removes keys that are no longer needed', async () => {
    const [old, now] = [...generateJwks().keys, ...generateJwks().keys];
    await write({ keys: [{ ...now, nbf: seconds() - verifiesAfterSeconds }, old] });
    const run = await rotate(keysFile);
    expect(run.stderr).toContain('No longer needed and removed: 1.');
    const { keys } = await read();
    expect(keys).toHaveLength(2);
    expect(keys[1]).toMatchObject({ d: now?.d });
  });

  test('keys rotate uses EPIC_JWT_KEYS when no file is named', async () => {
    const run = await runProgram(programs.server, ['keys', 'rotate'], {
      env: { EPIC_JWT_KEYS: keysFile },
    });
    expect(run.code).toBe(0);
    expect((await read()).keys).toHaveLength(2);
  });

  test('keys rotate uses the keys of the data folder without EPIC_JWT_KEYS', async () => {
    const env = { EPIC_DATA: folder };
    const run = await runProgram(programs.server, ['keys', 'rotate'], { env });
    // As root the folder may be another one, which PostgreSQL can reach: it has no keys yet.
    if (run.code === 0) expect((await read()).keys).toHaveLength(2);
    else
      expect(run.stderr).toMatch(
        /There are no keys in .* yet\.\n {2}epic-server start makes them\./,
      );
  });

  test('keys rotate keeps a file that a group may read as it is', async () => {
    await chmod(keysFile, 0o640);
    expect((await rotate(keysFile)).code).toBe(0);
    expect((await stat(keysFile)).mode & 0o777).toBe(0o640);
  });

  test.each([
    ['is missing', () => Promise.resolve(join(folder, 'other.json')), 'cannot be read'],
    [
      'is no JWK Set',
      () => writeFile(keysFile, 'nonsense').then(() => keysFile),
      'is not a JWK Set',
    ],
    [
      'is open to others',
      () => chmod(keysFile, 0o644).then(() => keysFile),
      'can be read by other',
    ],
    [
      'has a time that is none',
      () => write({ keys: [{ ...generateJwks().keys[0], nbf: 'soon' }] }).then(() => keysFile),
      'has an nbf that is not a number of seconds',
    ],
  ])('keys rotate reports a file that %s', async (_what, file, sentence) => {
    const path = await file();
    const before = await readFile(keysFile, 'utf8');
    const run = await rotate(path);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(sentence);
    expect(run.stderr).not.toMatch(/ at .*\d+:\d+/);
    expect(await readFile(keysFile, 'utf8')).toBe(before);
  });
});

describe('servers that share a key file', () => {
  let database: TestDatabase;
  let servers: RunningServer[];

  beforeEach(async () => {
    database = await cloneDatabase();
    await addEmployee(database, { email: 'alice@epic.example', department: 'sales' });
    const env = { EPIC_JWT_KEYS: keysFile };
    servers = await Promise.all([startServer(database, env), startServer(database, env)]);
  });

  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await database.drop();
  });

  const kidOf = (token: string) => jwt.decode(token, { complete: true })?.header.kid;
  const published = async (server: RunningServer) => {
    const response = await fetch(`${server.url}/.well-known/jwks.json`);
    const { keys } = (await response.json()) as { keys: { kid: string }[] };
    return keys.map(({ kid }) => kid);
  };
  const tokenOf = async (server: RunningServer) =>
    (await logIn(server.url, 'alice@epic.example')).accessToken;
  const everywhere = async (token: string) => {
    const answers = servers.map((server) => ask(server.url, '{ me { id } }', { token }));
    return (await Promise.all(answers)).flatMap(codesOf);
  };

  test('running servers take a new key, and no session ends', async () => {
    const [one, other] = servers as [RunningServer, RunningServer];
    const former = await tokenOf(one);

    expect((await rotate(keysFile)).code).toBe(0);
    for (const server of servers) await until(async () => (await published(server)).length === 2);
    const meanwhile = await tokenOf(other);
    expect(kidOf(meanwhile)).toBe(kidOf(former));

    // The minute has passed.
    const { keys } = await read();
    await write({ keys: keys.map((key) => ({ ...key, ...(key.nbf && { nbf: seconds() - 1 }) })) });
    await until(async () => kidOf(await tokenOf(one)) !== kidOf(former));
    await until(async () => kidOf(await tokenOf(other)) !== kidOf(former));
    const next = await tokenOf(one);
    expect(kidOf(await tokenOf(other))).toBe(kidOf(next));
    expect(await published(one)).toEqual([kidOf(next), kidOf(former)]);
    for (const token of [former, meanwhile, next]) expect(await everywhere(token)).toEqual([]);

    // The last token of the former key has expired.
    await write({
      keys: keys.map((key) => ({
        ...key,
        ...(key.nbf && { nbf: seconds() - verifiesAfterSeconds }),
      })),
    });
    for (const server of servers) await until(async () => (await published(server)).length === 1);
    expect(await everywhere(next)).toEqual([]);
    expect(await everywhere(former)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  });

  test('running servers keep their keys when the file is damaged, and log it', async () => {
    const token = await tokenOf(servers[0] as RunningServer);
    await writeFile(keysFile, '{"keys":[{"kty":"EC","d":"a secret');
    for (const server of servers) {
      await until(() => server.output().includes('the keys cannot be read again'));
    }
    expect(await everywhere(token)).toEqual([]);
    expect(await everywhere(await tokenOf(servers[1] as RunningServer))).toEqual([]);
    expect(servers[0]?.output()).toContain('is not a JWK Set');
    expect(servers[0]?.output()).not.toContain('a secret');

    await write(generateJwks());
    for (const server of servers) {
      await until(() => server.output().includes('the keys have been read again'));
    }
    expect(await everywhere(token)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  });
});
