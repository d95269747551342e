import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readExceptions } from '../../src/server/dba/exceptions.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

let folder: string;

beforeAll(async () => {
  folder = await makeTemporaryFolder();
});

afterAll(() => removeFolder(folder));

async function read(text: string) {
  const file = join(folder, 'exceptions.json');
  await writeFile(file, text);
  return readExceptions(file);
}

test('without a file nothing is excepted', async () => {
  expect(await readExceptions(undefined)).toEqual({ foreignSchemas: {}, accepted: [] });
});

test('a file names schemas of others and accepted findings', async () => {
  const exceptions = {
    foreignSchemas: { auth: 'Supabase.' },
    accepted: [{ rule: 'drift', object: 'schema attic', reason: 'Old.' }],
  };
  expect(await read(JSON.stringify(exceptions))).toEqual(exceptions);
});

test.each([
  ['is not JSON', '{', /It is not JSON: /],
  ['is a list', '[]', /It is not a JSON object\.$/],
  ['has another member', '{"accept":[]}', /It has a member "accept"\.$/],
  ['gives no reason for a schema', '{"foreignSchemas":{"auth":""}}', /"foreignSchemas" is not/],
  [
    'gives no reason for a finding',
    '{"accepted":[{"rule":"drift","object":"schema attic"}]}',
    /needs a rule, an object and a reason\.$/,
  ],
])('a file that %s is refused', async (_what, text, message) => {
  await expect(read(text)).rejects.toThrow(message);
});

test('a file that is missing is named', async () => {
  await expect(readExceptions('/nowhere.json')).rejects.toThrow('There is no file /nowhere.json.');
});
