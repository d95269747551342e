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
            'Where sessions are stored: in epic/session.json, readable by you only. Default: ~/.local/state.',
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
            'The program that shows output longer than the terminal. Default: less. --no-pager turns it off.',
        },
        {
          term: 'LC_ALL, LC_MONETARY, LC_TIME, LANG',
          about: 'How amounts and dates are written on a terminal.',
        },
        { term: 'TZ', about: 'The time zone in which times are shown and typed.' },
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
    'A list stops after 50 rows; --limit allows up to 1000, and the command for the next page is printed on stderr. --all writes every row as it arrives.',
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

export const topics: readonly Topic[] = [exitCodes, formats, environment, scripting];
