import { readFile } from 'node:fs/promises';
import { type Annotation, githubCommands, sarifLog } from '../../src/server/dba/annotations.ts';
import { type PolicyFiles, readPolicyFiles } from '../../src/server/dba/policy-files.ts';
import { root } from '../support/paths.ts';

const finding: Annotation = {
  rule: 'grant_bypassing_rls',
  level: 'ERROR',
  message: '100 % of it:\r\nfirst, second',
  file: 'db/policies/contract.sql',
  line: 7,
};

describe('workflow commands of GitHub', () => {
  test('an annotation is one line, whatever its message and its names hold', () => {
    expect(githubCommands([finding, { ...finding, level: 'WARN', rule: 'a:b,c' }])).toBe(
      '::error file=db/policies/contract.sql,line=7,title=grant_bypassing_rls::100 %25 of it:%0D%0Afirst, second\n' +
        '::warning file=db/policies/contract.sql,line=7,title=a%3Ab%2Cc::100 %25 of it:%0D%0Afirst, second\n',
    );
  });

  test('INFO is a notice, and no annotation is no line', () => {
    expect(githubCommands([{ ...finding, level: 'INFO', message: 'x' }])).toBe(
      '::notice file=db/policies/contract.sql,line=7,title=grant_bypassing_rls::x\n',
    );
    expect(githubCommands([])).toBe('');
  });
});

describe('a SARIF log', () => {
  const log = (annotations: readonly Annotation[]) =>
    JSON.parse(
      sarifLog(annotations, {
        name: 'policies lint',
        rules: [{ name: 'unused', why: 'Why.', fix: 'Fix.' }],
      }),
    );

  test('a SARIF log has what its schema requires, and GitHub needs', () => {
    const info: Annotation = { ...finding, level: 'INFO', rule: 'other' };
    const { $schema, version, runs } = log([finding, info]);

    expect({ $schema, version }).toEqual({
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
    });
    expect(runs).toHaveLength(1);
    const { driver } = runs[0].tool;
    expect(driver.name).toBe('policies lint');
    expect(driver.rules).toEqual([
      { id: 'unused', shortDescription: { text: 'Why.' }, help: { text: 'Fix.' } },
      { id: 'grant_bypassing_rls' },
      { id: 'other' },
    ]);
    expect(runs[0].results).toEqual([
      {
        ruleId: 'grant_bypassing_rls',
        ruleIndex: 1,
        level: 'error',
        message: { text: finding.message },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'db/policies/contract.sql' },
              region: { startLine: 7 },
            },
          },
        ],
      },
      expect.objectContaining({ ruleId: 'other', ruleIndex: 2, level: 'note' }),
    ]);
  });

  test('a SARIF log without findings has an empty list of results', () => {
    expect(log([]).runs[0].results).toEqual([]);
  });
});

describe('the lines of db/policies', () => {
  let files: PolicyFiles;
  const textAt = async ({ file, line }: { file: string; line: number }) =>
    (await readFile(`${root}/${file}`, 'utf8')).split('\n')[line - 1];

  beforeAll(async () => {
    files = await readPolicyFiles();
  });

  test('a policy is found where it is created', async () => {
    const found = files.policy('crm.contract', 'sales_update_own');

    expect(found.file).toBe('db/policies/contract.sql');
    expect(await textAt(found)).toBe('create policy sales_update_own on crm.contract');
  });

  test('a policy of every table is found at the call that adds it', async () => {
    expect(await textAt(files.policy('crm.contract', 'employee_read_in_session'))).toMatch(
      /^call dba\.require_session\('crm\.contract'\)/,
    );
    expect(
      await textAt(files.policy('crm.employee', 'management_update_with_second_factor')),
    ).toMatch(/^call dba\.require_second_factor\('crm\.employee', 'epic_management', 'update'\)/);
  });

  test('a policy or a grant that is in no file is found at its table', async () => {
    const found = [
      files.policy('crm.contract', 'forgotten'),
      files.grant('crm.contract', { privilege: 'truncate', role: 'epic_sales' }),
      files.table('crm.contract'),
    ];

    for (const one of found) {
      expect(await textAt(one)).toMatch(/^call dba\.close_table\('crm\.contract'\)/);
    }
  });

  test('a grant is found by its table, privilege, role and column', async () => {
    expect(
      await textAt(
        files.grant('crm.event', { privilege: 'update', role: 'epic_management', column: 'notes' }),
      ),
    ).toBe(
      'grant update (title, start_date, end_date, location, attendees, notes, status, version)',
    );
    expect(
      await textAt(
        files.grant('crm.event', { privilege: 'delete', role: 'epic_management', column: null }),
      ),
    ).toBe('grant update (support_contact_id), delete');
  });

  test('a function is found at its definition', async () => {
    const found = files.function('crm.sign_contract');

    expect(found.file).toBe('db/functions/contract.sql');
    expect(await textAt(found)).toMatch(/^create or replace function crm\.sign_contract\(/);
  });

  test('a table that no file names is found at the start of db/policies', () => {
    expect(files.table('shop.basket')).toEqual({
      file: 'db/policies/00_schemas_and_functions.sql',
      line: 1,
    });
  });
});
