import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fuzz } from '../fuzz/fuzz.ts';
import { programs } from '../support/paths.ts';
import { plainEnvironment } from '../support/program.ts';
import { type Office, openOffice, password, soldContract, staff } from './office.ts';

let office: Office;

beforeAll(async () => {
  office = await openOffice();
  await soldContract(await office.at('sales'));
});
afterAll(() => office.close());

// The same ones each time; `npm run test:fuzz` tries others, and more.
test('whatever is typed, and whatever happens meanwhile, there is an answer in words', () =>
  fuzz(office, { runs: 60, seed: 5 }));

test('where the session cannot be stored, that is said, and half of it is not left there', async () => {
  const { stateHome } = await office.stranger();
  // The file that is written first is on a disk that is full: its name ends with the number of the process.
  const script = `mkdir -p "$XDG_STATE_HOME/epic" && ln -s /dev/full "$XDG_STATE_HOME/epic/session.json.$$" &&
    exec "$0" "$1" login --email "$2" --password-stdin`;
  const run = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(
      'bash',
      ['-c', script, process.execPath, programs.epic, staff.sales.email],
      { env: { ...plainEnvironment(), XDG_STATE_HOME: stateHome, EPIC_SERVER: office.server.url } },
      (error, stdout, stderr) => resolve({ code: error?.code, stdout, stderr }),
    );
    child.stdin?.end(`${password}\n`);
  });
  expect(run).toMatchObject({ code: 1, stdout: '' });
  expect(run.stderr).toMatch(
    /^✗ The session file could not be written: ENOSPC at .*session\.json\.\n {2}→ Check the permissions and the free space there, or set XDG_STATE_HOME/,
  );
  expect(await readdir(join(stateHome, 'epic'))).toEqual([]);
});
