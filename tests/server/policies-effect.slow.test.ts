import { loadCompany } from '../../src/server/demo/company.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { withoutPlace } from '../support/place.ts';
import { runProgram } from '../support/program.ts';

/** A deployed demo company, whose policies are then set to something else, so that db/ is the change. */
let company: TestDatabase;

beforeAll(async () => {
  company = await cloneDatabase();
  await loadCompany(company.adminUrl);
});

afterAll(async () => {
  await company.drop();
});

const effect = (...options: string[]) =>
  runProgram(programs.server, ['policies', 'diff', '--effect', ...options], {
    env: { DATABASE_ADMIN_URL: company.adminUrl },
  });

const MINE = 'commercial_id = (select crm.current_employee_id())';

describe('epic-server policies diff --effect', () => {
  test('of a database to which db/ is deployed it opens nothing', async () => {
    expect(withoutPlace(await effect())).toEqual({
      code: 0,
      stdout: 'Nothing: this database permits what db/ permits.\n',
      stderr: '',
    });
  });

  test('it prints what db/ takes, and fails only when told to', async () => {
    await company.query(`alter policy sales_update_own on crm.contract using (status = 'draft')`);
    const stdout = `\
What db/ would open and close there:

LOST     update contract
         policy sales_update_own, changed
           - using status = 'draft'
           + using commercial_id = (select crm.current_employee_id())
               and status = 'draft'
         sales  -45 rows  6 of 6 people, 34 to 41 each
                  such as Alice Martin: 2, 5, 32, …

1 change: 1 LOST.
`;

    expect(withoutPlace(await effect())).toEqual({ code: 0, stdout, stderr: '' });
    expect(withoutPlace(await effect('--fail-on', 'lost'))).toEqual({
      code: 4,
      stdout,
      stderr: '',
    });
  });

  test('it fails when db/ opens something, and shows where in every format', async () => {
    await company.query(
      `alter policy sales_update_own on crm.contract using (${MINE} and status = 'draft' and id > 100)`,
    );
    const table = await effect();
    const github = withoutPlace(await effect('--format', 'github'));
    const sarif = withoutPlace(await effect('--format', 'sarif'));
    const markdown = withoutPlace(await effect('--format', 'markdown'));
    const json = withoutPlace(await effect('--format', 'json'));
    const [result] = JSON.parse(sarif.stdout).runs[0].results;
    const { file, line } =
      /file=(?<file>[^,]+),line=(?<line>\d+)/.exec(github.stdout)?.groups ?? {};

    expect([table, github, sarif, markdown, json].map(({ code }) => code)).toEqual([3, 3, 3, 3, 3]);
    expect(github.stdout).toMatch(
      /^::warning file=db\/policies\/contract\.sql,line=\d+,title=access_gained::GAINED: update contract: sales \+\d+ rows/,
    );
    expect(result).toMatchObject({
      ruleId: 'access_gained',
      level: 'warning',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: file },
            region: { startLine: Number(line) },
          },
        },
      ],
    });
    expect(markdown.stdout).toContain('## What this change would open\n\n1 change: 1 GAINED.');
    expect(markdown.stdout).toContain('| GAINED | update contract | sales | +');
    expect(JSON.parse(json.stdout)).toMatchObject({ word: 'GAINED', isComplete: true });
  });

  test('what cannot be measured is a failure', async () => {
    await company.query(`
      create or replace function identity.in_writable_session() returns boolean language sql stable return true`);
    const { code, stdout } = await effect();

    expect(code).toBe(2);
    expect(stdout).toContain('UNKNOWN  function identity.in_writable_session()\n');
    expect(stdout).toContain('\nNot everything could be measured.\n');
  });

  test('its formats are of --effect, and other words are refused', async () => {
    const { code, stderr } = await effect('--format', 'xml');

    expect(code).toBe(2);
    expect(stderr).toContain('Allowed choices are table, json, markdown, github, sarif.');
  });
});
