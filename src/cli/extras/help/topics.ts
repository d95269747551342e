import type { Part } from '../../core/command/help-text.ts';

/** Help that belongs to no command: `epic help formats`. */
export interface Topic {
  name: string;
  summary: string;
  parts: readonly Part[];
}

const exitCodes: Topic = {
  name: 'exit-codes',
  summary: 'Exit codes',
  parts: [
    {
      items: [
        { term: '0', about: 'Success. An empty list is a success too.' },
        { term: '1', about: 'Unexpected error. The message has an id to report.' },
        { term: '2', about: 'Wrong usage. Nothing was sent.' },
        { term: '3', about: 'No such record, or none that you may see.' },
        { term: '4', about: 'Not logged in, or the session has ended: epic login' },
        { term: '5', about: 'Not allowed. The message says why.' },
        { term: '6', about: 'Against a rule, or in conflict with a change by someone else.' },
        { term: '7', about: 'The server cannot be reached, or does not answer.' },
        { term: '130', about: 'Cancelled: Ctrl-C, or “no” to a question. Nothing was changed.' },
      ],
    },
    'With --json, errors on stderr are JSON too. Their code is more precise than the exit code: USAGE 2, NOT_FOUND 3, UNAUTHENTICATED 4, FORBIDDEN 5, INVALID, CONFLICT and RATE_LIMITED 6, UNAVAILABLE 7, CANCELLED 130, INTERNAL 1.',
    { lines: ['epic contract view 999 --json 2>&1 | jq -r .error.code'] },
  ],
};

const formats: Topic = {
  name: 'formats',
  summary: 'Output formats',
  parts: [
    'Data goes to stdout, everything else to stderr.',
    {
      items: [
        {
          term: 'on a terminal',
          about:
            'A table that fits the width. Less important columns are left out first, long texts end in …; ids and amounts are never cut. Amounts and dates follow your locale.',
        },
        {
          term: 'in a pipe',
          about:
            'One line per row, its values separated by tabs, without a header. In a text, a tab is written \\t, a line break \\n, a backslash \\\\, an override of the direction of writing \\u202e.',
        },
        {
          term: '--json',
          about:
            'An array for a list, an object for one record. Names are those of --fields. Amounts are strings such as "12500.00", times are in UTC, a missing value is null and never left out.',
        },
        {
          term: '--csv',
          about:
            'RFC 4180 with a header. What a spreadsheet would take for a formula gets an apostrophe before it, also where it splits lines at semicolons or tabs; an import takes it off.',
        },
        {
          term: '--fields a,b',
          about: 'These fields in this order, in every format. The help of a command lists them.',
        },
      ],
    },
    {
      lines: [
        'epic contract list --unpaid --csv > unpaid.csv',
        'epic event list --upcoming --json | jq ".[].title"',
      ],
    },
  ],
};

const environment: Topic = {
  name: 'environment',
  summary: 'Environment variables',
  parts: [
    {
      items: [
        {
          term: 'EPIC_SERVER',
          about:
            'Server address. --server takes precedence; the default is the server of the last login.',
        },
        {
          term: 'EPIC_TOKEN',
          about:
            'An access token to use instead of the stored session, as “epic token” prints it. It expires after 15 minutes.',
        },
        {
          term: 'XDG_STATE_HOME',
          about:
            'Where sessions and settings are stored: in epic/session.json and epic/config.json, readable by you only. Default: ~/.local/state.',
        },
        { term: 'NO_COLOR', about: 'If set, no colours.' },
        {
          term: 'EPIC_ACCESSIBLE',
          about:
            'If set and not 0: for screen readers and slow terminals. Choices have numbers, there are words instead of marks, and nothing that is on the screen changes: no bars, grids, pager or waiting sign.',
        },
        { term: 'CLICOLOR_FORCE', about: 'If set and not 0, colours in a pipe too.' },
        {
          term: 'PAGER',
          about:
            'The program that shows output longer than the terminal. Default: less. --no-pager turns it off for one command, “epic config set pager cat” for all.',
        },
        {
          term: 'VISUAL, EDITOR',
          about:
            'The editor for texts of several lines: the first of them that is set. Default: vi.',
        },
        {
          term: 'LC_ALL, LC_MONETARY, LC_TIME, LANG',
          about: 'How amounts and dates are written on a terminal.',
        },
        {
          term: 'EPIC_LOCALE, EPIC_TIME_ZONE, EPIC_PAGER, EPIC_EDITOR, EPIC_LIMIT',
          about: 'The settings of epic config, for one command or one terminal. They come first.',
        },
        {
          term: 'EPIC_FORCE_TTY',
          about: 'A number of columns: write as on a terminal of that width, even into a pipe.',
        },
        { term: 'SENTRY_DSN', about: 'Where crashes of epic are reported.' },
      ],
    },
  ],
};

const scripting: Topic = {
  name: 'scripting',
  summary: 'Using epic in scripts',
  parts: [
    'Without a terminal, or with --no-input, epic never prompts: a missing flag is an error that names it. What cannot be undone needs --yes. A signature, another price of a signed contract and a move are asked about on a terminal only.',
    'Passwords and codes of a second factor are never passed on the command line:',
    { lines: ['epic login --email ana@epic.example --password-stdin < password.txt'] },
    'Rely on exit codes (epic help exit-codes) and on --json (epic help formats), not on messages: those may change.',
    {
      lines: [
        'if epic can sign contract 7; then epic contract sign 7; fi',
        'id=$(epic contract create --client 12 --total 12500 --fields id)',
        'epic contract list --unsigned --fields id | xargs -n 1 epic contract view',
      ],
    },
    'A list stops after 50 rows (on a terminal, after a screenful); --limit allows up to 1000, and the command for the next page is printed on stderr. --all writes every row as it arrives.',
    'A text can stand for the id of a record if it matches only one. That is meant for people: a new record may change what it matches, so use ids in scripts.',
    'A script can log in with a token, and state which version of a record its change is based on:',
    {
      lines: [
        'EPIC_TOKEN=$(epic token) ./nightly.sh',
        'epic client update 12 --phone "" --if-version 3',
        'epic client import clients.csv --dry-run --json | jq -r ".[].message"',
        'epic api --paginate --file emails.graphql > emails.json',
      ],
    },
  ],
};

const dates: Topic = {
  name: 'dates',
  summary: 'How dates and times are written',
  parts: [
    'Every date that epic prints can be typed. It is printed as your locale has it, and read in that form or in these, in every locale:',
    {
      items: [
        { term: '2026-12-31', about: 'A day. 2026/12/31 too.' },
        { term: 'today, tomorrow, yesterday', about: 'The day where the company is.' },
        { term: '+7d, -30d, +2w', about: 'So many days or weeks from today.' },
        { term: 'friday', about: 'The next day of that name.' },
        { term: '"2026-12-31 18:30"', about: 'A time. With “today 18:30” or 18h30 too.' },
        { term: '2026-12-31T18:30Z', about: 'A time with its offset from UTC: Z, or +01:00.' },
        { term: 'today..+7d, -30d..', about: 'A period; either end may be left out.' },
      ],
    },
    'Where the locale says what comes first, 31/12/2026 or 12/31/2026 is read as it says. Where it does not, 03/04/2026 is refused, since it can be read in two ways.',
    'Times are those of the company, whose time zone comes with your session. Where your terminal has another, its name stands below what is shown. To choose another one, for what is shown and typed:',
    {
      lines: [
        'epic config set time-zone America/New_York',
        'epic config set time-zone local',
        'epic config set locale fr_FR',
      ],
    },
    'An hour that the clocks show twice in autumn is written with its offset: 2026-10-25 02:30+02:00. In JSON, CSV and pipes days are 2026-12-31, and times are in UTC.',
  ],
};

const amounts: Topic = {
  name: 'amounts',
  summary: 'How amounts of money are written',
  parts: [
    'Amounts are in euros, exact to the cent. Every amount that epic prints can be typed, with € or without; so can these, in every locale:',
    {
      items: [
        { term: '1250', about: '1250.00' },
        { term: '1250.50 or 1250,50', about: 'A point or a comma before the cents.' },
        { term: '"12 500,50 €"', about: 'Spaces between thousands, as in France.' },
        { term: '12.500,50', about: 'As in Germany.' },
        { term: '12,500.50', about: 'As in Britain.' },
      ],
    },
    'What can be read in two ways is refused: 1,234 is 1234 where the locale has a comma between thousands, and a question everywhere else.',
    'On a terminal amounts are printed as in your locale. In JSON, CSV and pipes they are 12500.50.',
    {
      lines: ['epic config set locale de_DE', 'epic contract create --client 12 --total 12.500,50'],
    },
  ],
};

export const topics: readonly Topic[] = [
  dates,
  amounts,
  exitCodes,
  formats,
  environment,
  scripting,
];
