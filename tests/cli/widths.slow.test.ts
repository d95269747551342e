// No line that is printed is wider than the terminal: every command, in 60 and in 80 columns, in English and in French, with
// records of long names.

import stringWidth from 'string-width';
import { catalog, commands, nouns } from '../../src/cli/catalog.ts';
import { resolve } from '../../src/cli/core/command/resolve.ts';
import { parseArgv } from '../../src/cli/core/command/shared-flags.ts';
import { helpOn } from '../../src/cli/extras/help/help.ts';
import { topics } from '../../src/cli/extras/help/topics.ts';
import { everyCommand } from '../support/commands.ts';
import type { Epic } from '../support/epic.ts';
import { cases, epicFor, openFullOffice } from './cases.ts';
import { type Office, staff } from './office.ts';

const screens = [
  { columns: 60, locale: 'en_GB.UTF-8' },
  { columns: 80, locale: 'en_GB.UTF-8' },
  { columns: 60, locale: 'fr_FR.UTF-8' },
  { columns: 80, locale: 'fr_FR.UTF-8' },
] as const;

/** What is one word however long, and what a program reads: a token, a key with its URI, a script, JSON. */
const asItIs = ['token', 'second-factor enable', 'completion', 'api'];

/** Commands that these tests do not run, and where their screens are tested instead. */
const elsewhere: Record<string, string> = {
  'client export': 'a file of JSON: merge-and-export.test.ts',
  'notification watch': 'it never ends: watch.test.ts',
  'second-factor disable': 'second-factor.test.ts',
  'second-factor recovery-codes': 'second-factor.test.ts',
  menu: 'it never ends: menu.test.ts',
};

const everywhere = ['--no-input', '--no-pager'];

let office: Office;

beforeAll(async () => {
  office = await openFullOffice();
  await office.database.query(
    `update crm.employee set full_name = full_name || '-Montgomery of Saint-Rémy-de-Provence';
     update crm.client set full_name = full_name || ' de La Rochefoucauld-Doudeauville',
       company_name = company_name || ' – Compagnie générale des fêtes et réceptions',
       email = 'reception.' || id || '@events-of-dupont.example';
     update crm.contract set total_amount = 1234567.89 * id where status = 'draft';
     update crm.event set title = title || ' of the Chamber of Commerce and Industry of Auvergne',
       location = 'Palais des Congrès et des Expositions, 12 boulevard de la République',
       notes = repeat('The back entrance is closed after ten. ', 4);
     update crm.note set body = body || repeat(' and the names of those who cannot eat nuts', 3);`,
  );
  await office.at('otherManager');
  await office.database.query(
    `update identity.session set user_agent = 'Mozilla/5.0 (X11; Linux x86_64) epic/0.1.0 of a long name',
       created_at = '2026-11-22 12:34Z', last_used_at = '2026-11-30 23:59Z'
     where employee_id = $1`,
    [staff.otherManager.id],
  );
});
afterAll(() => office.close());

/** The lines of a terminal that are wider than it, but for a command to copy, which stays on one line. */
const tooWide = (shown: string, columns: number) =>
  shown
    .split(/[\r\n]+/)
    .filter((line) => stringWidth(line) > columns && !/^ {2}(id=\$\()?epic /.test(line));

/** Runs a command on a terminal, and fails where a line is wider. */
async function expectToFit(
  epic: Epic,
  args: readonly string[],
  { columns, locale }: (typeof screens)[number],
  {
    code = 0,
    input,
    isOneWord = false,
  }: { code?: number; input?: string; isOneWord?: boolean } = {},
): Promise<void> {
  const zones = { TZ: 'America/Argentina/Buenos_Aires', EPIC_TIME_ZONE: 'Europe/Paris' };
  const terminal = epic.terminal(args, { columns, env: { LC_ALL: locale, ...zones } });
  if (input) terminal.type(`${input}\n\x04`);
  const ended = await terminal.ended;
  const shown = terminal.shown();
  expect({ args, ended, shown: ended === code ? '' : shown }).toEqual({
    args,
    ended: code,
    shown: '',
  });
  const wide = isOneWord ? [] : tooWide(shown, columns);
  expect({ args, columns, locale, wide }).toEqual({ args, columns, locale, wide: [] });
}

test('the list of this test has every command', async () => {
  const listed = new Set([...Object.keys(cases), ...Object.keys(elsewhere)]);
  listed.add('config list');
  expect([...listed].sort()).toEqual([...(await everyCommand()).keys()].sort());
});

const run = [...Object.keys(cases), 'config list'].filter((name) => !(name in elsewhere));

test.each(run)('what epic %s prints fits the terminal', async (name) => {
  const { args = () => [], input, code } = cases[name] ?? {};
  for (const [n, screen] of screens.entries()) {
    await expectToFit(
      await epicFor(office, name),
      [...name.split(' '), ...args(n), ...everywhere],
      screen,
      { code, input: input?.(n), isOneWord: asItIs.includes(name) },
    );
  }
});

test.each(['sales', 'support', 'manager'] as const)(
  'the home screen of %s fits the terminal',
  async (role) => {
    for (const screen of screens) await expectToFit(await office.at(role), [], screen);
  },
);

test('every page of help fits 60 columns', async () => {
  const pages = [...(await everyCommand()).keys(), ...nouns.map(({ name }) => name), ''];
  const drawn = await Promise.all(
    [...pages, ...topics.map(({ name }) => `help ${name}`)].map(async (page) => {
      const line = parseArgv([...page.split(' ').filter(Boolean)]);
      return helpOn(await resolve(line, { nouns, commands }), catalog, 60);
    }),
  );
  expect(drawn.flatMap((text) => tooWide(text, 60))).toEqual([]);
});
