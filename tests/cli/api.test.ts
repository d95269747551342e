import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Epic } from '../support/epic.ts';
import { json, type Office, openOffice, password, soldContract, staff } from './office.ts';

let office: Office;
let sales: Epic;
let contract: string;

beforeAll(async () => {
  office = await openOffice();
  sales = await office.at('sales');
  ({ contract } = await soldContract(sales, { total: '2500' }));
});
afterAll(() => office.close());

const usage = async (...args: string[]) => {
  const { code, stdout, stderr } = await sales.run(['api', ...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  return stderr;
};

describe('epic api', () => {
  const one = 'query One($id: Int!) { contract(id: $id) { status totalAmount } }';
  const signed = { contract: { status: 'signed', totalAmount: '2500.00' } };

  test('epic api runs a query from an argument, a file or stdin', async () => {
    const file = join(sales.stateHome, 'one.graphql');
    await writeFile(file, one);
    for (const [args, input] of [
      [[one], ''],
      [['--file', file], ''],
      [['-'], one],
    ] as const) {
      const run = await sales.run(['api', ...args, '-F', `id=${contract}`], { input });
      expect(run).toEqual({ code: 0, stdout: `${JSON.stringify(signed, null, 2)}\n`, stderr: '' });
    }
  });

  test('epic api takes variables one by one, as an object, and from files', async () => {
    const file = join(sales.stateHome, 'variables.json');
    await writeFile(file, `{"id": ${contract}}`);
    for (const args of [
      ['--var', `id=${contract}`],
      ['--variables', `{"id": ${contract}}`],
      ['--variables', `@${file}`],
      ['--variables', '{"id": 999}', '-F', `$id=${contract}`],
    ]) {
      expect(await json(sales, 'api', one, ...args)).toEqual(signed);
    }
  });

  test('epic api converts variables as the operation declares, and leaves those of -f as text', async () => {
    const texts = `mutation ($id: Int!, $name: String, $company: String, $phone: String) {
      updateClient(input: {id: $id, patch: {fullName: $name, companyName: $company, phone: $phone}}) {
        client { fullName companyName phone }
      }
    }`;
    const note = join(sales.stateHome, 'name.txt');
    await writeFile(note, 'Zoë from a file');
    const { updateClient } = await json<{ updateClient: unknown }>(
      sales,
      ...['api', texts, '-F', 'id=1', '-F', `name=@${note}`, '-F', 'company=1664'],
      ...['-f', 'phone=0612345678'],
    );
    expect(updateClient).toEqual({
      client: { fullName: 'Zoë from a file', companyName: '1664', phone: '0612345678' },
    });
    const filters = `query ($mine: Boolean, $status: ContractStatus, $first: Int) {
      contracts(first: $first, condition: {mine: $mine, status: $status}) { nodes { id } }
    }`;
    expect(
      await json(
        sales,
        ...['api', filters, '-F', 'mine=true', '-F', 'status=signed', '-F', 'first=1'],
      ),
    ).toEqual({ contracts: { nodes: [{ id: Number(contract) }] } });
    const raw = await sales.run(['api', filters, '-F', 'status=null', '-f', 'first=1']);
    expect(raw.code).toBe(6);
    expect(raw.stderr).toContain('"$first" got invalid value "1"');
  });

  test('epic api runs the named operation of a document', async () => {
    const both = `query Me { me { email } } ${one}`;
    expect(await json(sales, 'api', both, '--operation', 'Me')).toEqual({
      me: { email: staff.sales.email },
    });
    expect(await usage(both)).toMatch(/--operation is missing.*\n.*Me, One/);
    expect(await usage(both, '--operation', 'Two')).toMatch(/no operation “Two”.*\n.*Me, One/);
  });

  test('epic api reports mistakes before anything is sent', async () => {
    expect(await usage('{ me { id }')).toContain(
      'GraphQL syntax error: Expected Name, found <EOF>, in line 1, column 12.',
    );
    expect(await usage('fragment F on Client { id }')).toContain('only fragments');
    expect(await usage()).toContain('[query] is missing');
    expect(await usage('{ me { id } }', '--file', 'x')).toContain('not both');
    expect(await usage('--file', '/nowhere')).toContain('“/nowhere” cannot be read: ENOENT');
    expect(await usage('--file', '/dev/zero')).toContain('more than 1048576 bytes');
    expect(await usage(one, '-F', 'id')).toContain('Write it like name=value');
    expect(await usage(one, '-F', 'ID=1')).toMatch(/no variable \$ID.*\n.*It has \$id/);
    expect(await usage('{ me { id } }', '-f', 'a=1')).toContain('It has none.');
    expect(await usage(one, '--variables', '[1]')).toContain('not a JSON object');
    expect(await usage('{ me { id } }', '--csv')).toContain('--csv');
    expect(await usage('subscription { eventChanged { id } }')).toMatch(
      /does not run subscriptions.*\n.*epic notification watch/,
    );
  });

  test('epic api prints partial data beside errors, and ends with the exit code of the last error', async () => {
    const other = await office.at('otherSales');
    const { contract: draft } = await soldContract(sales, { signed: false });
    const mixed = `mutation { signContract(input: {contractId: ${draft}}) { contract { id } } }`;
    const run = await other.run(['api', mixed]);
    expect(run.code).toBe(5);
    expect(JSON.parse(run.stdout)).toEqual({ signContract: null });
    expect(run.stderr).toContain(`✗ You may not sign contract ${draft}.\n`);

    const two = await sales.run(['api', '{ a: client(id: 1) { id } b: nothing }', '--json']);
    expect(two).toMatchObject({ code: 6, stdout: '' });
    expect(JSON.parse(two.stderr)).toMatchObject({ error: { code: 'INVALID' } });
  });

  const names = `query ($after: Cursor) {
    clients(first: 2, after: $after, orderBy: [ID_ASC], condition: {search: "page"}) {
      nodes { fullName } pageInfo { hasNextPage endCursor }
    }
  }`;

  test('epic api --paginate prints the rows of all pages as one array', async () => {
    expect((await sales.run(['api', '--paginate', names])).stdout).toBe('[]\n');
    await office.database.query(
      `insert into crm.client (full_name, email, commercial_contact_id)
       select 'Page ' || nth, nth || '@x.example', 1 from generate_series(1, 5) nth`,
    );
    const { stdout } = await sales.run(['api', '--paginate', names]);
    expect(stdout).toBe(
      `[\n${[1, 2, 3, 4, 5].map((nth) => `  {"fullName":"Page ${nth}"}`).join(',\n')}\n]\n`,
    );
    const edges = names.replace('nodes { fullName }', 'edges { node { fullName } }');
    expect(await json(sales, 'api', '--paginate', edges)).toHaveLength(5);
    expect(await usage('--paginate', '{ me { id } }')).toContain('needs a variable $after');
    expect(
      (
        await sales.run([
          'api',
          '--paginate',
          names.replace('pageInfo { hasNextPage endCursor }', ''),
        ])
      ).stderr,
    ).toContain('no list with a pageInfo');
    expect(
      (await sales.run(['api', '--paginate', names.replace('endCursor', '')])).stderr,
    ).toContain('without pageInfo { hasNextPage endCursor }');
    expect(
      (await sales.run(['api', '--paginate', names.replace('after: $after', '')])).stderr,
    ).toContain('$after');
  });
});

describe('a token', () => {
  const printed = async (epic: Epic) => {
    const { code, stdout, stderr } = await epic.run(['token']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    return stdout.trim();
  };

  test('epic token prints a token of 15 minutes, which EPIC_TOKEN accepts', async () => {
    const support = await office.at('support');
    const EPIC_TOKEN = await printed(support);
    const { ends, ...rest } = await json(support, 'token');
    expect(rest).toEqual({ token: expect.any(String), server: office.server.url });
    expect(Date.parse(String(ends)) - Date.now()).toBeGreaterThan(10 * 60_000);

    const stranger = await office.stranger();
    const who = await stranger.run(['whoami', '--fields', 'email'], { env: { EPIC_TOKEN } });
    expect(who).toEqual({ code: 0, stdout: `${staff.support.email}\n`, stderr: '' });
    expect((await stranger.run(['token'], { env: { EPIC_TOKEN } })).stdout).toBe(`${EPIC_TOKEN}\n`);
    // It is written nowhere, and comes before the session that is.
    await expect(readFile(join(stranger.stateHome, 'epic', 'session.json'))).rejects.toThrow(
      'ENOENT',
    );
    const sofia = await sales.run(['whoami', '--fields', 'email'], { env: { EPIC_TOKEN } });
    expect(sofia.stdout).toBe(`${staff.support.email}\n`);
  });

  test('an invalid or expired EPIC_TOKEN is reported, and never shown', async () => {
    const run = (EPIC_TOKEN: string, ...args: string[]) => sales.run(args, { env: { EPIC_TOKEN } });
    const none = await run('SECRET-WORD', 'whoami');
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/^✗ EPIC_TOKEN is not an access token\.\n/);
    const forged = `eyJhbGciOiJFUzI1NiJ9.${Buffer.from('{"exp":4102444800}').toString('base64url')}.c2ln`;
    const refused = await run(forged, 'whoami');
    expect(refused.code).toBe(4);
    expect(refused.stderr).toMatch(/not valid.*\n.*Set EPIC_TOKEN to another/);
    for (const { stdout, stderr } of [none, refused]) {
      expect(stdout + stderr).not.toContain('SECRET-WORD');
      expect(stdout + stderr).not.toContain(forged);
    }
    expect((await run('', 'whoami')).code).toBe(0);
    const good = await printed(sales);
    for (const command of ['login', 'logout']) {
      const { code, stderr } = await run(good, command);
      expect(code).toBe(2);
      expect(stderr).toMatch(/EPIC_TOKEN says who you are.*\n.*unset EPIC_TOKEN/s);
    }
  });

  test('a token logs in without a password until it expires', async () => {
    const other = await office.at('otherSupport');
    const token = await printed(other);
    const epic = await office.stranger();
    const logIn = (input: string, ...more: string[]) =>
      epic.run(['login', '--with-token', ...more], { input });
    const run = await logIn(`${token}\n`);
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toContain('Logged in as Omar Support, support');
    expect(run.stderr).toContain('until the token ends');
    expect(await json(epic, 'whoami')).toMatchObject({ email: staff.otherSupport.email });
    expect(await printed(epic)).toBe(token);

    expect(await logIn('nonsense')).toMatchObject({ code: 2, stdout: '' });
    expect((await logIn(token, '--email', 'a@b.fr')).code).toBe(2);
    const refused = await logIn(`${token.slice(0, -4)}AAAA`);
    expect(refused.code).toBe(4);
    // What was there is still there.
    expect(await json(epic, 'whoami')).toMatchObject({ email: staff.otherSupport.email });
    await json(other, 'logout');
    const over = await epic.run(['whoami']);
    expect(over.code).toBe(4);
    expect(over.stderr).toContain('epic login');
  });

  test('a refresh token logs in to a session of its own', async () => {
    const body = {
      query: 'mutation ($i: LoginInput!) { login(input: $i) { refreshToken } }',
      variables: { i: { email: staff.otherManager.email, password } },
    };
    const answer = await fetch(`${office.server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { data } = (await answer.json()) as { data: { login: { refreshToken: string } } };
    const { refreshToken } = data.login;
    const epic = await office.stranger();
    const run = await epic.run(['login', '--with-token'], { input: refreshToken });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(await printed(epic)).not.toBe(await printed(epic));
    const file = await readFile(join(epic.stateHome, 'epic', 'session.json'), 'utf8');
    expect(file).not.toContain(refreshToken);
  });
});
