import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import stringWidth from 'string-width';
import type { Matrix } from '../../src/server/dba/matrix/matrix.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { withoutPlace } from '../support/place.ts';
import { runProgram } from '../support/program.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
});

afterAll(async () => {
  await database.drop();
});

const run = (...options: string[]) =>
  runProgram(programs.server, ['policies', 'matrix', ...options], {
    env: { DATABASE_ADMIN_URL: database.adminUrl },
  });

const matrix = async (...options: string[]) => withoutPlace(await run(...options));

async function printed(...options: string[]): Promise<string> {
  const { code, stdout, stderr } = await matrix(...options);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

const clientBlock = `\
client              sales               support             management
  read              all                 all                 all
      every column, by epic_employee
      also backup: all, every column (epic_backup bypasses row-level security)
  create            own                 –                   –
      full_name, email, phone, company_name, first_contact
  update            own                 –                   all
      sales: full_name, email, phone, company_name, version
      management: commercial_contact_id, version
  delete            –                   –                   –

  employee_read_all: Every employee reads every client.
    using true
  sales_create_own: Sales create clients, and look after those they create.
    with check commercial_contact_id = (select crm.current_employee_id())
  sales_update_own: Sales change only the clients they look after.
    using and with check commercial_contact_id = (select
      crm.current_employee_id())
  management_hand_over_any: Management hands clients over to another sales
    contact, and changes nothing else about them.
    using and with check true
`;

describe('epic-server policies matrix', () => {
  test('policies matrix prints an overview of one page that fits 80 columns, without colours in a pipe', async () => {
    const table = await printed();

    expect(table).toContain(`\
                       sales              support            management
client          read   all                all                all
                create own                –                  –
                update own                –                  all
contract        read   all                all                all
                create draft, of own      –                  draft
                       client
                update own draft → own    –                  all
                       draft/signed
                delete –                  –                  draft
employee        read   all                all                all
                create –                  –                  all [1]
`);
    expect(table).toContain(
      '\n[1] if second factor confirmed & if second factor enrolled\n\nWhich rows, from',
    );
    expect(table).toContain(
      '\nInternal tables: audit.change, audit.signal, crm_private.daily_total,\n',
    );
    expect(table.split('\n').filter((line) => stringWidth(line) > 80)).toEqual([]);
    expect(table.split('\n').length).toBeLessThan(55);
    expect(table).not.toContain('\u001b');
    expect(table).not.toContain('crm.erase_client');
  });

  test('policies matrix prints functions, and what bypasses row-level security, apart', async () => {
    const table = await printed('--functions');

    expect(table).toContain(
      'Functions\n  management: audit.personal_columns, crm.erase_client, crm.export_client,\n    crm.merge_clients, crm.reset_password,',
    );
    expect(table).toContain('  management as owner: crm.erase_client, crm.merge_clients,');
    expect(table).not.toContain('commercial_contact_id');

    const ofSales = await printed('--functions', '--role', 'sales');
    expect(ofSales).toMatch(/ {2}employee as owner: [^:]*identity\.begin_second_factor,/);
    expect(ofSales).not.toContain('crm.erase_client');
  });

  test('policies matrix prints one record, one role or one cell', async () => {
    expect(await printed('--record', 'client')).toBe(clientBlock);
    expect(await printed('--record', 'crm.client', '--role', 'sales')).toBe(`\
client              sales
  read              all
      every column, by epic_employee
  create            own
      full_name, email, phone, company_name, first_contact
  update            own
      full_name, email, phone, company_name, version
  delete            –

  employee_read_all: Every employee reads every client.
    using true
  sales_create_own: Sales create clients, and look after those they create.
    with check commercial_contact_id = (select crm.current_employee_id())
  sales_update_own: Sales change only the clients they look after.
    using and with check commercial_contact_id = (select
      crm.current_employee_id())
`);
    expect(await printed('--role', 'epic_authenticator')).toBe(`\
Functions
  authenticator: identity.enter, identity.open_session,
    identity.restore_timeouts

Besides
  connect on this database; may become epic_anonymous, epic_employee,
    epic_management, epic_sales, epic_support; usage on schema identity
`);
  });

  test('policies matrix lists the records and roles when asked for an unknown one', async () => {
    expect(await matrix('--record', 'invoice')).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^epic-server: Nobody has access to a record invoice\.\n {2}There are: client, contract, employee, event, history, .* audit\.change, /s,
      ),
    });
    expect(await matrix('--role', 'intern')).toEqual({
      code: 2,
      stdout: '',
      stderr: `\
epic-server: Nothing is granted to a role intern.
  There are: anonymous, authenticator, backup, employee, management, owner,
    sales, support, worker, PUBLIC.
`,
    });
  });

  test('policies matrix refuses an unknown format', async () => {
    const { code, stdout, stderr } = await run('--format', 'pdf');

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Allowed choices are table, markdown, html, json.');
  });

  test('policies matrix as Markdown is docs/access-matrix.md', async () => {
    const file = join(import.meta.dirname, '..', '..', 'docs', 'access-matrix.md');

    expect(await printed('--format', 'markdown')).toBe(await readFile(file, 'utf8'));
  });

  test('policies matrix as Markdown has an overview of one row a record, differences in bold', async () => {
    const page = await printed('--format', 'markdown');

    expect(page).toContain(`
| Records of the API | read | create | update | delete |
| --- | --- | --- | --- | --- |
| [\`client\`](#client) | all | **sales: own** | **sales: own**<br>**management: all** | – |
`);
    expect(page).toContain(`
| Internal tables | read | create | update | delete |
| --- | --- | --- | --- | --- |
| [\`audit.change\`](#auditchange) | **sales, support: record \\<\\> 'employee'**<br>**management: all** | – | – | – |
`);
  });

  test('policies matrix as Markdown describes the records of the API before the internal tables', async () => {
    const page = await printed('--format', 'markdown');
    const headings = page.match(/^##+ .*/gm) ?? [];

    const records = await database.query<{ name: string }>(
      `select relname as name from pg_class
       where relnamespace = 'crm'::regnamespace and relkind in ('r', 'v') order by relname`,
    );
    expect(records.length).toBeGreaterThan(6);
    expect(headings.slice(0, records.length + 4)).toEqual([
      '## Overview',
      '## Records of the API',
      ...records.map(({ name }) => `### \`${name}\``),
      '## Internal tables',
      '### `audit.change`',
    ]);
  });

  test('policies matrix as Markdown of one role compares nothing', async () => {
    expect(await printed('--role', 'sales', '--format', 'markdown')).toContain(
      '| [`client`](#client) | all | own | own | – |\n',
    );
  });

  test('policies matrix as HTML is one page that loads nothing, for light, dark and paper', async () => {
    const page = await printed('--format', 'html');

    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).not.toMatch(/<script|<link|<img|\ssrc=|\shref=(?!"#)|url\(|@import|https?:/i);
    expect(page).toContain('color-scheme: light dark;');
    expect(page).toContain('@media print');
    expect(unbalancedTags(page)).toEqual([]);
    expect(page).toContain(
      '<code>sales_update_own</code>: Sales change only the clients they look after.',
    );
    expect(page).toContain('id &lt;&gt; (select crm.current_employee_id())');
  });

  test.each(['html', 'markdown'])(
    'policies matrix as %s has a section for every link',
    async (format) => {
      const page = await printed('--format', format);
      const isHtml = format === 'html';
      const links = Array.from(
        page.matchAll(isHtml ? /href="#([^"]+)"/g : /\]\(#([^)]+)\)/g),
        ([, target]) => target,
      );
      const sections = isHtml
        ? Array.from(page.matchAll(/<section id="([^"]+)"/g), ([, id]) => id)
        : Array.from(page.matchAll(/^##+ (.*)$/gm), ([, text = '']) =>
            text.toLowerCase().replace(/[`.]/g, '').replaceAll(' ', '-'),
          );

      expect(new Set(sections).size).toBe(sections.length);
      expect(links).toEqual(
        expect.arrayContaining(['overview', 'client', 'identitysession', 'functions']),
      );
      expect(sections).toEqual(expect.arrayContaining(links));
    },
  );

  test('policies matrix as HTML states once what all departments may, and marks differences', async () => {
    const page = await printed('--record', 'client', '--format', 'html');
    const rows = Array.from(
      page.matchAll(/<tr[^>]*>(?:<th scope="rowgroup".*?<\/th>)?<th scope="row">(.*?)<\/tr>/g),
      ([, row = '']) => row.replace('</th>', ' ').split('</td>').slice(0, -1),
    );

    expect(rows.slice(0, 3)).toEqual([
      ['read <td colspan="3">all'],
      [
        'create <td class="differs">own',
        '<td class="none differs">–',
        '<td class="none differs">–',
      ],
      ['update <td class="differs">own', '<td class="none differs">–', '<td class="differs">all'],
    ]);
  });

  test('policies matrix as JSON is one object with everything of the views of schema dba', async () => {
    const found: Matrix = JSON.parse(await printed('--format', 'json'));

    expect(Object.keys(found)).toEqual([
      'records',
      'access',
      'functions',
      'waysAround',
      'holdings',
      'newObjects',
      'roles',
      'shown',
    ]);
    expect(
      found.access.find(
        ({ record, verb, role }) =>
          record === 'contract' && verb === 'update' && role === 'epic_sales',
      ),
    ).toEqual({
      record: 'contract',
      verb: 'update',
      role: 'epic_sales',
      rows: 'own draft → own draft/signed',
      limits: null,
      columns: ['total_amount', 'status', 'version'],
      withheld: [
        'id',
        'client_id',
        'commercial_id',
        'amount_to_be_paid',
        'creation_date',
        'signed_at',
        'updated_at',
      ],
      via: 'directly',
      policies: [
        {
          name: 'sales_update_own',
          mode: 'permissive',
          sentence:
            'Sales change and sign only the contracts of their own clients, and only until they are signed.',
          using: "commercial_id = (select crm.current_employee_id()) and status = 'draft'",
          check:
            "commercial_id = (select crm.current_employee_id()) and (status in ('draft', 'signed'))",
        },
      ],
      note: null,
    });
    expect(found.functions).toContainEqual({
      role: 'epic_support',
      function: 'identity.my_password_parameters',
      arguments: 'inet',
      via: 'by epic_employee',
      runsAs: 'epic_owner',
      sentence: 'As identity.password_parameters, for the caller.',
      note: null,
    });
    expect(found.waysAround.map(({ name }) => name)).toContain('crm.erase_client');
    expect(found.holdings).toContainEqual({
      role: 'epic_sales',
      kind: 'schema',
      privilege: 'usage',
      object: 'crm',
      via: 'by epic_employee',
    });
  });

  test('policies matrix is deterministic', async () => {
    expect(await printed('--format', 'json')).toBe(await printed('--format', 'json'));
  });

  test('policies matrix shows grants made by hand, and whom they reach', async () => {
    await database.query(`
      grant delete on crm.payment to public;
      grant truncate on crm.payment to epic_support;
    `);

    expect(await printed('--record', 'payment')).toContain(`\
payment             sales               support             management
  read              all                 all                 all
      every column, by epic_employee
      also backup: all, every column (epic_backup bypasses row-level security)
  create            amount > 0, in own  –                   in own name
                    name, of own
                    contract
      contract_id, amount, paid_on
  update            –                   –                   –
  delete            closed              closed              closed
      by PUBLIC (a grant, but no policy)
      also backup: all, by PUBLIC (epic_backup bypasses row-level security)
      also PUBLIC: closed (no usage of schema crm)
  truncate          –                   all                 –
      (row-level security does not apply)
`);
  });

  test('policies matrix words a policy by what it asks, whatever its name says', async () => {
    await database.query(`
      drop policy sales_update_own on crm.contract;
      create policy sales_update_own on crm.contract for update to epic_sales
        using (status = 'draft') with check (status in ('draft', 'signed'));
    `);

    expect(await printed()).toContain(`
                update draft →            –                  all
                       draft/signed
`);
  });
});

// Every tag that is opened and not closed, or the other way round.
function unbalancedTags(page: string): string[] {
  const empty = new Set(['meta', 'br']);
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, slash, name = ''] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
    if (empty.has(name)) continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
}
