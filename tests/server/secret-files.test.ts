import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAdminConfig, readServerConfig } from '../../src/server/config/server.ts';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { loadKeys } from '../../src/server/identity/keys.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

let folder: string;

beforeEach(async () => {
  folder = await makeTemporaryFolder();
});

afterEach(() => removeFolder(folder));

const url = 'postgres://epic_authenticator:secret@db.example.com/epic';

async function write(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

test('DATABASE_URL_FILE and its siblings name files, whose content is trimmed', async () => {
  const config = readServerConfig({
    DATABASE_URL_FILE: await write('api', `  ${url}\n`),
    DATABASE_DIRECT_URL_FILE: await write('direct', `${url}?direct\n`),
    DATABASE_WORKER_URL_FILE: await write('worker', `${url}?worker`),
    EPIC_SMTP_URL_FILE: await write('smtp', 'smtps://crm:secret@mail.example.com\r\n'),
    EPIC_MAIL_FROM: 'crm@epic.example',
    EPIC_JWT_KEYS: 'keys.json',
  });
  expect(config).toMatchObject({
    databaseUrl: url,
    directUrl: `${url}?direct`,
    workerUrl: `${url}?worker`,
    mailHost: { smtpUrl: 'smtps://crm:secret@mail.example.com' },
  });
  expect(
    readAdminConfig({ DATABASE_ADMIN_URL_FILE: await write('admin', `${url}\n`) }).adminUrl,
  ).toBe(url);
});

test('a variable and its file together are refused', async () => {
  const file = await write('admin', url);
  expect(() => readAdminConfig({ DATABASE_ADMIN_URL: url, DATABASE_ADMIN_URL_FILE: file })).toThrow(
    'DATABASE_ADMIN_URL_FILE is set, and so is DATABASE_ADMIN_URL.\n  Leave one of them out.',
  );
});

test('a file that is missing or empty is refused by its name, and nothing else is', async () => {
  const missing = join(folder, 'missing');
  expect(() =>
    readServerConfig({
      DATABASE_URL_FILE: missing,
      EPIC_JWT_KEYS: 'keys.json',
      DATABASE_WORKER_URL: url,
    }),
  ).toThrow(
    `The configuration is invalid: DATABASE_URL_FILE is "${missing}", which cannot be read (ENOENT).\n  Name a file with the value of DATABASE_URL that this user can read.`,
  );
  const empty = await write('empty', ' \n');
  expect(() => readAdminConfig({ DATABASE_ADMIN_URL_FILE: empty })).toThrow(
    `The configuration is invalid: DATABASE_ADMIN_URL_FILE is "${empty}", which is empty.\n  Write the value of DATABASE_ADMIN_URL to it.`,
  );
});

test('what a file holds is never quoted', async () => {
  const file = await write('api', 'mysql://root:secret@db.example.com/epic');
  expect(() => readAdminConfig({ DATABASE_ADMIN_URL_FILE: file })).toThrow(
    /^The configuration is invalid: DATABASE_ADMIN_URL is not a PostgreSQL address\.\n.*$/,
  );
});

test('variables of other programs that end in _FILE are left alone', () => {
  expect(
    readAdminConfig({ SSL_CERT_FILE: '/missing', EPIC_DATA_FILE: '/missing' }).adminUrl,
  ).toBeNull();
});

describe('keys as Kubernetes mounts a Secret', () => {
  test('keys are read with mode 0440 through symbolic links, also after the Secret has changed', async () => {
    const mount = async (name: string) => {
      const data = join(folder, name);
      await mkdir(data);
      await writeFile(join(data, 'keys.json'), JSON.stringify(generateJwks()));
      await chmod(join(data, 'keys.json'), 0o440);
      await symlink(name, join(folder, '..data_tmp'));
      await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    const file = join(folder, 'keys.json');
    await symlink('..data/keys.json', file);
    await mount('..2026_12_01');
    const before = loadKeys(file).signing.kid;
    await mount('..2026_12_02');
    await rm(join(folder, '..2026_12_01'), { recursive: true });
    expect(loadKeys(file).signing.kid).not.toBe(before);
  });

  test.each([0o644, 0o460, 0o604, 0o444])('keys with mode %o are refused', async (mode) => {
    const file = await write('keys.json', JSON.stringify(generateJwks()));
    await chmod(file, mode);
    expect(() => loadKeys(file)).toThrow('can be read by other users of this machine');
  });
});
