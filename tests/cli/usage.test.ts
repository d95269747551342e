import { execFile } from 'node:child_process';
import { exitCodes } from '../../src/cli/core/errors.ts';
import { type Epic, setUpEpic } from '../support/epic.ts';
import { programs } from '../support/paths.ts';
import { plainEnvironment } from '../support/program.ts';

let epic: Epic;

beforeAll(async () => {
  epic = await setUpEpic('http://127.0.0.1:1');
});
afterAll(() => epic.dispose());

const commands: Record<string, readonly string[]> = {
  client: ['list', 'view', 'create', 'update', 'contacted', 'handover', 'erase'],
  contract: ['list', 'view', 'create', 'update', 'sign', 'pay', 'cancel', 'delete'],
  event: ['list', 'view', 'create', 'update', 'assign', 'unassign', 'delete'],
  employee: ['list', 'view', 'create', 'update', 'deactivate', 'reactivate', 'delete'],
  notification: ['list', 'read'],
};

test('epic off a terminal and epic --help print the commands', async () => {
  const alone = await epic.spawn([]);
  expect(alone).toMatchObject({ code: 0, stderr: '' });
  for (const noun of Object.keys(commands)) expect(alone.stdout).toContain(`\n  ${noun} `);
  expect(await epic.spawn(['--help'])).toEqual(alone);
  expect((await epic.spawn(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('the help groups the commands and fits 80 columns', async () => {
  const { stdout } = await epic.spawn(['--help'], { env: { EPIC_FORCE_TTY: '80' } });
  const groups = ['Session:\n  login', 'Records:\n  client', 'Search and reports:\n  search'];
  for (const group of groups) expect(stdout).toContain(`\n${group} `);
  for (const command of [['--help'], ['can', '--help'], ['history', '--help']]) {
    const help = await epic.spawn(command);
    expect(help.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  }
  const { stdout: about } = await epic.run(['can', '--help']);
  expect(about).toContain('The answer is about permission');
});

test('every command has help with its flags and an example', async () => {
  const all = Object.entries(commands).flatMap(([noun, verbs]) =>
    verbs.map((verb) => [noun, verb]),
  );
  const explains = async (command: string[]) => {
    const { code, stdout, stderr } = await epic.run([...command, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: epic ${command.join(' ').replace(' list', ' list|ls')}`);
    expect(stdout).toContain('--json');
    expect(stdout).toContain(`Examples:\n  epic ${command.join(' ')}`);
  };
  const alone = ['login', 'logout', 'whoami', 'password', 'search', 'can', 'history'].map(
    (name) => [name],
  );
  await Promise.all([...all, ...alone].map(explains));
});

test('help groups flags under headings, has topics, and fits 80 columns', async () => {
  const headings = ['Filters:', 'Rows:', 'Output:', 'Global:', 'Examples:'];
  const list = await epic.run(['help', 'contract', 'list']);
  expect(await epic.run(['contract', 'list', '--help'])).toEqual(list);
  expect(list.stdout.match(/^\S+:$/gm)).toEqual(headings);
  const topics = ['exit-codes', 'formats', 'environment', 'scripting'];
  const { stdout: root } = await epic.run(['help']);
  for (const topic of topics) expect(root).toContain(`\n  help ${topic} `);
  const lines = await Promise.all(
    topics.map(async (topic) => (await epic.run(['help', topic])).stdout.split('\n')),
  );
  for (const topic of lines) expect(topic.length).toBeGreaterThan(10);
  expect(lines.flat().filter((line) => line.length > 80)).toEqual([]);
});

test('a long example breaks before flags, into lines that a shell reads as one', async () => {
  const { stdout } = await epic.run(['event', 'create', '--help']);
  const [example = ''] = /^ {2}epic [^\\]*(?:\\\n[^\\\n]*)+$/m.exec(stdout) ?? [];
  expect(example.split('\n')).toHaveLength(3);
  for (const line of example.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  const words = await new Promise((done) => {
    execFile('sh', ['-c', `epic() { for each; do echo "$each"; done; }\n${example}`], (_, out) =>
      done(out),
    );
  });
  expect(words).toBe(
    ['event', 'create', '--contract', '7', '--title', 'Summer party', '--start', '2027-07-04 18:00']
      .concat('--end', '2027-07-05 02:00', '--location', 'Lyon', '--attendees', '120', '')
      .join('\n'),
  );
});

test('the topic on exit codes lists exactly the existing ones', async () => {
  const { stdout } = await epic.run(['help', 'exit-codes']);
  const named = [...stdout.matchAll(/^ {2}(\d+) /gm)].map(([, code]) => Number(code));
  expect(new Set(named)).toEqual(new Set([0, ...Object.values(exitCodes)]));
  for (const code of Object.keys(exitCodes)) expect(stdout).toContain(code);
});

test('plurals and ls are aliases', async () => {
  for (const noun of Object.keys(commands)) {
    const { code, stdout } = await epic.run([`${noun}s`, 'ls', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--limit');
  }
});

test('wrong usage ends with exit code 2, the reason and a suggestion', async () => {
  for (const [expected, ...args] of [
    [/Unknown command “contrat”\..*\n.*Did you mean contract\?/, 'contrat', 'list'],
    [/Unknown command “sing”\..*\n.*Did you mean sign\?/, 'contract', 'sing', '1'],
    [
      /Unknown option “--unsined”\..*\n.*Did you mean --unsigned\?/,
      'contract',
      'list',
      '--unsined',
    ],
    [/Unknown option “--foo”\.\n.*epic contracts list --help/, 'contracts', 'list', '--foo'],
    [/Unknown command “frobnicate”\.\n.*epic contract --help/, 'contract', 'frobnicate'],
    [/Unknown command “list”\.\n.*Did you mean epic client list\?/, 'list', 'clients'],
    [/Did you mean epic contract sign\?/, 'sign', '35'],
    [/Unknown command “new”\.\n.*Did you mean epic client create\?/, 'new', 'client'],
    [/Unknown command “new”\.\n.*Did you mean create\?/, 'client', 'new'],
    [/Did you mean add\?/, 'note', 'new'],
    [/Did you mean update\?/, 'client', 'edit', '3'],
    [/Did you mean set\?/, 'config', 'change'],
    [/Did you mean erase\?/, 'client', 'rm', '3'],
    [/Did you mean delete\?/, 'contracts', 'remove', '3'],
    [/Did you mean revoke\?/, 'session', 'delete'],
    [/Did you mean view\?/, 'event', 'open', '3'],
    [/Did you mean epic client view 12\?/, 'client', '12'],
    [/Did you mean epic client view 'Papeterie du Lac'\?/, 'clients', 'Papeterie du Lac'],
    [/Unknown command “12”\.\n.*See the usage/, 'payment', '12'],
    [/Did you mean epic event assign\?/, '--no-color', 'assign', '3'],
    [/Did you mean epic client erase\?/, 'erase'],
    [
      /Did you mean epic contract delete, epic event delete, epic employee delete or epic note delete\?/,
      'delete',
    ],
    [/Unknown command “frobnicate”\.\n.*epic --help/, 'frobnicate', 'contract'],
    [/“sgned” is not one of .*\n.*Did you mean signed\?/, 'contract', 'list', '--status', 'sgned'],
    [/“xyzzy” is not one of draft, signed, cancelled\.\n$/, 'contract', 'list', '--status=xyzzy'],
    [/not an order.*\n(.*\n)?.*Did you mean total\?/, 'contract', 'list', '--sort=totel:desc'],
    [/no field “staus”\.\n.*Did you mean status\?/, 'contract', 'list', '--fields', 'id,staus'],
    [/no help on “formts”\.\n.*Did you mean formats\?/, 'help', 'formts'],
    [/no help on “frobnicate”\.\n.*epic help/, 'help', 'frobnicate'],
    [
      /There are too many words: 1 000\.\n.*between quotes\..*epic contract pay --help/,
      ...['contract', 'pay', '1', '000', '--amount', '5'],
    ],
    [/--client <id> needs a value/, 'contract', 'list', '--client'],
    [/--json and --csv exclude each other/, 'contract', 'list', '--json', '--csv'],
    [/Usage: epic contract/, 'contract'],
    [/There is nothing to change/, 'client', 'update', '1'],
    [/--server: “ftp:\/\/x” is not an address/, 'whoami', '--server', 'ftp://x'],
  ] as const) {
    const { code, stdout, stderr } = await epic.run(args);
    expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
    expect(stderr).toMatch(expected);
  }
});

test('what is missing is named as it is written', async () => {
  for (const [expected, ...args] of [
    ["<id> is missing: the contract's id", 'contract', 'pay'],
    ["<id> is missing: the event's id", 'event', 'assign', '--support', '3'],
    ['--amount is missing: euros received', 'contract', 'pay', '7'],
    ['<id>: “0” is not an id', 'contract', 'view', '0'],
    ['[query] is missing: a GraphQL document', 'api'],
  ] as const) {
    const { code, stderr } = await epic.run([...args, '--no-input']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(expected) });
  }
});

test('no suggestion means the opposite of what was typed', async () => {
  for (const [word, ...args] of [
    ['deactivate', 'employee', 'reactivte', '9'],
    ['deactivate', 'employee', 'activate', '9'],
    ['--no-support', 'client', 'list', '--support', 'julien'],
    ['unassign', 'event', 'asign', '3'],
    ['session', 'verbion'],
  ] as const) {
    const { code, stderr } = await epic.run(args);
    expect({ args, code }).toEqual({ args, code: 2 });
    expect(stderr).not.toContain(word);
  }
  expect((await epic.run(['event', 'asign', '3'])).stderr).toContain('Did you mean assign?');
  expect((await epic.run(['employee', 'reactivte', '9'])).stderr).toContain('mean reactivate?');
});

test('epic version prints what --version prints', async () => {
  const version = await epic.run(['--version']);
  expect(await epic.run(['version'])).toEqual(version);
  const { stdout } = await epic.run(['version', '--json']);
  expect(JSON.parse(stdout)).toEqual({ version: version.stdout.trim() });
});

test('wrong usage with --json is JSON', async () => {
  const { code, stderr } = await epic.run(['contract', 'view', '0', '--json']);
  expect(code).toBe(2);
  expect(JSON.parse(stderr)).toEqual({
    error: {
      code: 'USAGE',
      message: '<id>: “0” is not an id. Write a whole number, like 12.',
      kind: null,
      field: null,
      reason: null,
      contact: null,
      facts: null,
      hint: null,
      again: null,
      id: null,
    },
  });
});

test('--server is accepted before or after the command, with or without a scheme', async () => {
  for (const args of [
    ['--server', '127.0.0.1:2', 'whoami'],
    ['whoami', '--server=http://127.0.0.1:2/'],
  ]) {
    const { code, stderr } = await epic.run(args);
    expect(code).toBe(4);
    expect(stderr).toContain('not logged in at http://127.0.0.1:2.');
  }
});

test('an old Node is reported in one sentence', async () => {
  const old =
    "data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.1.0'}})";
  const run = await epic.spawn(['contract', 'list'], {
    env: { NODE_OPTIONS: `--import "${old}"` },
  });
  expect(run).toMatchObject({ code: 1, stdout: '' });
  expect(run.stderr).toMatch(/^epic needs Node 22 or newer; this is Node 20\.1\.0\. .*\n$/);
});

test('a full disk is reported', async () => {
  const run = await new Promise<{ stderr: string; error: unknown }>((resolve) => {
    execFile(
      'bash',
      ['-c', '"$0" "$1" --help > /dev/full', process.execPath, programs.epic],
      { env: plainEnvironment() },
      (error, _, stderr) => resolve({ error, stderr }),
    );
  });
  expect(run).toMatchObject({
    stderr: '✗ The output cannot be written: ENOSPC.\n',
    error: { code: 1 },
  });
});
