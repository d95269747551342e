import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Epic, setUpEpic } from '../support/epic.ts';

let epic: Epic;
beforeEach(async () => {
  epic = await setUpEpic('');
});
afterEach(() => epic.dispose());

const config = async (args: string[], env: NodeJS.ProcessEnv = {}) => {
  const { code, stdout, stderr } = await epic.run(['config', ...args], { env });
  return { code, stdout, stderr };
};
const fileOf = () => join(epic.stateHome, 'epic', 'config.json');

test('a setting that was set is printed, and counts until it is taken back', async () => {
  expect(await config(['set', 'limit', '20'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('limit is now 20.'),
  });
  expect(await config(['get', 'limit'])).toMatchObject({ code: 0, stdout: '20\n' });
  expect(await config(['unset', 'limit'])).toMatchObject({
    stdout: expect.stringContaining('limit is now 50 (default).'),
  });
  expect(await config(['get', 'limit', '--json'])).toMatchObject({
    stdout: '{\n  "setting": "limit",\n  "value": "50",\n  "from": "default"\n}\n',
  });
});

test('the list says where each value comes from', async () => {
  await config(['set', 'pager', 'cat']);
  await config(['set', 'editor', 'cat']);
  const env = { PAGER: 'more', VISUAL: 'code', EPIC_EDITOR: 'nano', LC_ALL: 'fr_FR.UTF-8' };
  const { stdout } = await config(['list'], env);
  expect(stdout.split('\n')).toEqual([
    'server\thttp://127.0.0.1:4000\tdefault',
    'locale\tfr_FR.UTF-8\tLC_ALL',
    'time-zone\t\tterminal',
    'pager\tcat\tepic config',
    'editor\tnano\tEPIC_EDITOR',
    'limit\t50\tdefault',
    '',
  ]);
});

test('a setting that something else overrides is set, and says so', async () => {
  const { stdout, stderr } = await config(['set', 'limit', '20'], { EPIC_LIMIT: '30' });
  expect(stdout).toContain('limit is now 20.');
  expect(stderr).toBe('But here EPIC_LIMIT comes first: it is 30.\n');
});

test.each([
  ['server', 'ftp://x', 'epic config: “ftp://x” is not an address.'],
  ['locale', 'xx_YY', 'locale: “xx_YY” is not a locale.'],
  ['time-zone', 'Paris', 'time-zone: “Paris” is not a time zone.'],
  ['pager', 'no-such-pager -R', 'pager: there is no program “no-such-pager” that could be run.'],
  ['editor', '/etc/passwd', 'editor: there is no program “/etc/passwd” that could be run.'],
  ['limit', '5000', 'limit: “5000” is not a whole number from 1 to 1000.'],
  ['limit', '', 'limit: it cannot be empty, nor have several lines.'],
  ['colour', 'red', '<key>: “colour” is not one of server, locale'],
])('the setting %s cannot be “%s”', async (key, value, message) => {
  const { code, stderr } = await config(['set', key, value]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  await expect(stat(fileOf())).rejects.toThrow('ENOENT');
});

test('settings are stored for their owner alone, and a damaged file counts as none', async () => {
  await config(['set', 'time-zone', 'america/new_york']);
  expect((await stat(fileOf())).mode & 0o777).toBe(0o600);
  expect((await stat(join(epic.stateHome, 'epic'))).mode & 0o777).toBe(0o700);
  expect((await config(['get', 'time-zone'])).stdout).toBe('America/New_York\n');
  await writeFile(fileOf(), '{"limit": "many", "time-zone": ');
  expect(await config(['get', 'time-zone'])).toMatchObject({ code: 0, stdout: '\n' });
});
