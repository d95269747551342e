import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { programs } from '../support/paths.ts';
import { plainEnvironment, runProgram } from '../support/program.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

// These tests share one demo company, in this order: a first run, a second, one that is killed.

let temporary: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  temporary = await makeTemporaryFolder();
  env = { EPIC_DATA: join(temporary, 'a path with spaces'), EPIC_PORT: '0' };
});

afterAll(async () => {
  await removeFolder(temporary);
});

const tour = (flags: string[] = [], more: NodeJS.ProcessEnv = {}) =>
  runProgram(programs.server, ['demo', '--exit', ...flags], { env: { ...env, ...more } });

interface RunningDemo {
  demo: ChildProcess;
  said(text: string): Promise<void>;
  output(): string;
}

async function startDemo(flags: string[] = [], more: NodeJS.ProcessEnv = {}): Promise<RunningDemo> {
  const demo = spawn(process.execPath, [programs.server, 'demo', ...flags], {
    env: { ...plainEnvironment(), ...env, ...more },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  demo.stdout.setEncoding('utf8').on('data', (data: string) => {
    output += data;
  });
  const said = async (text: string) => {
    while (!output.includes(text)) await once(demo.stdout, 'data');
  };
  return { demo, said, output: () => output };
}

async function occupyPort(): Promise<{ port: number; server: Server }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };
}

test('the tour shows a day of each department, with refusals', async () => {
  const { code, stdout, stderr } = await tour();
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toContain('with a new demo company: 80 clients, 150 contracts and 100 events.');
  expect(stdout).toMatch(/✓ Contract \d+ signed/);
  expect(stdout).toMatch(/✓ Event \d+ created: “Spring reception”/);
  expect(stdout).toMatch(/✓ Event \d+ assigned to Inès Dubois/);
  expect(stdout).toMatch(/“Spring reception” \(event \d+\) is now yours/);
  expect(stdout).toMatch(/✓ Event \d+ updated/);
  expect(stdout).toMatch(/✗ You may not sign contract \d+\./);
  expect(stdout).toMatch(/✗ You may not update client \d+\./);
  expect(stdout).toMatch(/✗ You may not update event \d+\./);
  const tourLines = stdout.slice(stdout.indexOf('── Alice')).split('\n');
  const prose = tourLines.filter((line) => !/^\$ epic|^ {2}epic/.test(line));
  expect(prose.filter((line) => line.length > 80)).toEqual([]);
});

test('a second run keeps the data, shows no tour, and takes another port when its own is taken', async () => {
  const { port, server } = await occupyPort();
  const { code, stdout } = await tour([], { EPIC_PORT: String(port) });
  server.close();
  expect(code).toBe(0);
  expect(stdout).toContain(`Port ${port} is taken: serving on another one.`);
  expect(stdout).toContain(
    'with the demo company of your last run: 80 clients, 150 contracts and 101 events.\n' +
      'What was changed there is kept; the tour is shown to a new company only.\n' +
      'To start over: npm run demo -- --fresh\n',
  );
  expect(stdout).not.toContain('$ epic');
});

test('a folder with another database than a demo is refused, and left as it is', async () => {
  const folder = join(temporary, 'another');
  await mkdir(join(folder, 'postgres'), { recursive: true });
  await chmod(folder, 0o700);
  await writeFile(join(folder, 'passwords.json'), '{}');
  const { code, stdout, stderr } = await tour(['--fresh'], { EPIC_DATA: folder });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toBe(
    `epic-server: The folder ${folder} holds a database that is not a demo company.\n` +
      '  Name another one with EPIC_DATA, or leave it out: the demo is then kept in .epic/demo.\n',
  );
  expect((await readdir(folder)).sort()).toEqual(['passwords.json', 'postgres']);
});

test('a killed demo is taken over by the next run, which --fresh starts over and Ctrl-C stops', async () => {
  const killed = await startDemo();
  await killed.said('In a second terminal');
  killed.demo.kill('SIGKILL');
  await once(killed.demo, 'close');

  const next = await startDemo(['--fresh']);
  await next.said('with a new demo company');
  await next.said('Event 101 created');
  await next.said('In a second terminal');
  next.demo.kill('SIGINT');
  await next.said('Stopped. The demo company is kept.');
  const [code] = await once(next.demo, 'exit');
  expect(code).toBe(0);
});

test('--scale loads a company of that size once, which its people log in to', async () => {
  const folder = { EPIC_DATA: join(temporary, 'scaled') };
  const first = await tour(['--scale', '10k'], folder);
  expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
  expect(first.stdout).toMatch(
    /Loaded in .* s: 10,000 contracts, 5,000 clients, 8,000 events, 40 employees\./,
  );

  const second = await startDemo(['--scale', '10k'], folder);
  await second.said('The company of your last run is kept.');
  await second.said('Ctrl-C stops everything.');
  const output = second.output();
  const [, url = ''] = /EPIC_SERVER=(\S+)/.exec(output) ?? [];
  const [, email = ''] = /login --email (\S+)/.exec(output) ?? [];
  const { code } = await runProgram(
    programs.epic,
    ['login', '--email', email, '--password-stdin'],
    {
      env: { EPIC_SERVER: url, XDG_STATE_HOME: join(temporary, 'state') },
      input: 'epic-events-demo\n',
    },
  );
  second.demo.kill('SIGINT');
  await once(second.demo, 'exit');
  expect(code).toBe(0);
});

test('a load that was interrupted is begun again', async () => {
  const folder = { EPIC_DATA: join(temporary, 'interrupted') };
  const first = await startDemo(['--scale', '1m', '--exit'], folder);
  await first.said('contracts,');
  first.demo.kill('SIGINT');
  await once(first.demo, 'exit');

  const { code, stdout } = await tour(['--scale', '10k'], folder);
  expect(code).toBe(0);
  expect(stdout).toContain('The last run was interrupted: its company is made anew.');
  expect(stdout).toContain('Loaded in');
});

test.each([
  ['--scale', '2m'],
  ['--seed', 'one'],
])('%s %s is a usage error', async (...flags) => {
  expect((await tour(flags)).code).toBe(2);
});
