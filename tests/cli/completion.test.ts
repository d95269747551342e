import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Epic } from '../support/epic.ts';
import { until } from '../support/until.ts';
import { type Office, openOffice, password, soldContract } from './office.ts';

let office: Office;
let sales: Epic;
let stranger: Epic;

beforeAll(async () => {
  office = await openOffice();
  sales = await office.at('sales');
  stranger = await office.stranger();
});
afterAll(() => office.close());

interface Candidate {
  value: string;
  about: string;
}

/** What a shell is told for these words, the last of which is under the cursor. */
async function complete(epic: Epic, ...words: string[]): Promise<Candidate[]> {
  const { code, stdout, stderr } = await epic.run(['__complete', ...words]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t'))
    .map(([value = '', about = '']) => ({ value, about }));
}

/** Makes the stored sessions look as if their tokens had ended, at these servers. */
async function expireSessions(epic: Epic, at: (server: string) => string[]): Promise<void> {
  const file = join(epic.stateHome, 'epic', 'session.json');
  const { sessions, ...last } = JSON.parse(await readFile(file, 'utf8'));
  const expired = Object.entries<object>(sessions).flatMap(([server, session]) =>
    at(server).map((each) => [each, { ...session, expiresAt: 0 }]),
  );
  await writeFile(file, JSON.stringify({ ...last, sessions: Object.fromEntries(expired) }));
}

/** The same for ids, repeated until the server answers within the time limit of a completion. */
async function completeIds(epic: Epic, ...words: string[]): Promise<Candidate[]> {
  let found: Candidate[] = [];
  await until(async () => {
    found = await complete(epic, ...words);
    return found.length > 0;
  });
  return found;
}

const values = async (...words: string[]) =>
  (await complete(stranger, ...words)).map(({ value }) => value);

test('nouns and commands are completed, with descriptions', async () => {
  const all = await complete(stranger, '');
  expect(all).toContainEqual({ value: 'login', about: 'Log in' });
  expect(all.map(({ value }) => value)).toEqual(expect.arrayContaining(['contract', 'can']));
  expect(await values('contr')).toEqual(['contract']);
  expect(await values('contracts')).toEqual(['contracts']);
  expect(await values('nonsense', '')).toEqual([]);
});

test('verbs are completed, and aliases where no verb matches', async () => {
  expect(await values('contracts', '')).toEqual(expect.arrayContaining(['list', 'sign', 'pay']));
  expect(await values('contract', 'l')).toEqual(['list']);
  expect(await values('contract', 'ls')).toEqual(['ls']);
  expect(await values('help', 'contract', 's')).toEqual(['sign']);
  expect(await values('contract', 'nonsense', '')).toEqual([]);
});

test('flags of the command and global flags are completed, none twice', async () => {
  const flags = await values('contract', 'list', '--mine', '--');
  for (const flag of ['--unsigned', '--sort', '--json', '--server']) expect(flags).toContain(flag);
  expect(flags).not.toContain('--mine');
  expect(await values('contract', 'list', '--un')).toEqual(['--unsigned', '--unpaid']);
  expect(await values('contract', 'list', '--', '--un')).toEqual([]);
  expect(await values('session', 'revoke', '--o')).toEqual(['--others']);
});

test('fixed values are completed, after a space and after =', async () => {
  const statuses = ['draft', 'signed', 'cancelled'];
  expect(await values('contract', 'list', '--status', '')).toEqual(statuses);
  expect(await values('contract', 'list', '--status', 's')).toEqual(['signed']);
  expect(await values('contract', 'list', '--status=c')).toEqual(['--status=cancelled']);
  expect(await values('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  expect(await values('can', 'update', 'ev')).toEqual(['event']);
});

test('the values of a setting are completed, of programs those that are here', async () => {
  expect(await values('config', 'set', 'lo')).toEqual(['locale']);
  expect(await values('config', 'set', 'locale', 'f')).toEqual(['fr_FR']);
  expect(await values('config', 'set', 'time-zone', 'Europe/Par')).toEqual(['Europe/Paris']);
  expect(await values('config', 'set', 'time-zone', 'l')).toEqual(['local']);
  const { stdout } = await stranger.spawn(['__complete', 'config', 'set', 'pager', ''], {
    env: { PATH: '/nowhere' },
  });
  expect(stdout).toBe('');
  expect(await values('config', 'set', 'pager', 'ca')).toEqual(['cat']);
  expect(await values('config', 'set', 'server', '')).toEqual([]);
  expect(await values('config', 'get', 'locale', '')).toEqual([]);
});

test('orders and names of fields are completed, the latter after a comma too', async () => {
  expect(await values('contract', 'list', '--sort', 'tot')).toEqual(['total', 'total:desc']);
  expect(await values('contract', 'view', '7', '--fields', 'to')).toEqual(['total', 'toBePaid']);
  expect(await values('contract', 'list', '--fields=id,cl')).toEqual([
    '--fields=id,client',
    '--fields=id,clientId',
  ]);
  expect(await values('contract', 'list', '--fields', 'client,id,cl')).toEqual([
    'client,id,clientId',
  ]);
  expect(await values('contract', 'list', '--fields', '$(id),cl')).toEqual([]);
});

test('ids are completed with descriptions, one’s own records first', async () => {
  const { client, contract } = await soldContract(sales);
  await soldContract(await office.at('otherSales'), { signed: false });
  const own = { value: contract, about: 'Dupont SA, signed' };
  const contracts = await completeIds(sales, 'contract', 'sign', '');
  expect(contracts).toHaveLength(2);
  expect(contracts[0]).toEqual(own);
  expect(contracts[1]?.about).toBe('Dupont SA, draft');
  expect(await completeIds(sales, 'can', 'sign', 'contract', contract)).toEqual([own]);
  expect(await completeIds(sales, 'history', 'contract', contract)).toEqual([own]);
  expect(await completeIds(sales, 'event', 'create', `--contract=${contract}`)).toEqual([
    { ...own, value: `--contract=${contract}` },
  ]);
  const about = 'Dupont SA, Ana Dupont';
  expect(await completeIds(sales, 'contract', 'list', '--client', client)).toContainEqual({
    value: client,
    about,
  });
  expect(await completeIds(sales, 'event', 'assign', '1', '--support', '3')).toEqual([
    { value: '3', about: 'Suzy Support, support' },
  ]);
  expect((await completeIds(sales, 'session', 'revoke', '')).length).toBeGreaterThan(0);
});

test('every candidate is one line without control characters', async () => {
  const args = ['client', 'create', '--email', 'x@evil.example', '--name'];
  const { code } = await sales.run([...args, 'Eve \u202eevil']);
  expect(code).toBe(0);
  const [eve] = await completeIds(sales, 'client', 'view', '3');
  expect(eve?.about).toBe('Eve \ufffdevil');
});

test('no ids are completed without a session or a server', async () => {
  expect(await complete(stranger, 'contract', 'sign', '')).toEqual([]);
  expect(await complete(sales, '--server', '127.0.0.1:1', 'contract', 'sign', '')).toEqual([]);
  expect(await complete(sales, '--server', 'ftp://x', 'contract', 'sign', '')).toEqual([]);
  const unlucky = await office.stranger();
  await writeFile(join(unlucky.stateHome, 'epic'), 'not a folder');
  expect(await complete(unlucky, 'contract', 'sign', '')).toEqual([]);
});

test('an expired session is refreshed only where a server answers', async () => {
  const asked: string[] = [];
  const silent = createServer(({ url = '' }) => asked.push(url));
  await new Promise<void>((resolve) => {
    silent.listen(0, '127.0.0.1', resolve);
  });
  const due = await office.stranger();
  const login = ['login', '--email', 'suzy@epic.example', '--password-stdin'];
  await due.run(login, { input: `${password}\n` });
  try {
    const { port } = silent.address() as AddressInfo;
    const elsewhere = `http://127.0.0.1:${port}`;
    await expireSessions(due, (server) => [server, elsewhere]);
    expect(await complete(due, '--server', elsewhere, 'contract', 'sign', '')).toEqual([]);
    expect(asked).toEqual(['/healthz']);
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
  expect(await completeIds(due, 'contract', 'sign', '')).not.toEqual([]);
  expect(await due.run(['whoami'])).toMatchObject({ code: 0 });
});

test('epic completion prints a script for each shell', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await stranger.run(['completion', shell]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Completion of epic for ${shell}`);
    expect(stdout).toContain('epic __complete');
  }
  const { stdout } = await stranger.run(['completion', 'bash', '--fields', 'shell', '--json']);
  expect(JSON.parse(stdout)).toEqual({ shell: 'bash' });
});
