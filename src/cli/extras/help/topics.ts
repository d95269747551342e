import type { Part } from '../../core/command/help-text.ts';

/** Something to know that belongs to no command: `epic help formats`. */
export interface Topic {
  name: string;
  summary: string;
  parts: readonly Part[];
}

const exitCodes: Topic = {
  name: 'exit-codes',
  summary: 'What a command ends with',
  parts: [
    {
      items: [
        { term: '0', about: 'It is done. An empty list is no error.' },
        { term: '1', about: 'Something unexpected went wrong. The message has an id to pass on.' },
        { term: '2', about: 'The command line is wrong. Nothing was sent.' },
        { term: '3', about: 'There is no such record, or none that you may see.' },
        { term: '4', about: 'Nobody is logged in, or the session has ended: epic login' },
        { term: '5', about: 'You may not do that. The message says why.' },
        { term: '6', about: 'It is against a rule, or somebody else has changed it meanwhile.' },
        { term: '7', about: 'The server cannot be reached, or does not answer.' },
        { term: '130', about: 'Cancelled: Ctrl-C, or “no” to a question. Nothing was changed.' },
      ],
    },
    'With --json the error on stderr is JSON too. Its code tells apart what shares a number: USAGE 2, NOT_FOUND 3, UNAUTHENTICATED 4, FORBIDDEN 5, INVALID, CONFLICT and RATE_LIMITED 6, UNAVAILABLE 7, CANCELLED 130, INTERNAL 1.',
    { lines: ['epic contract view 999 --json 2>&1 | jq -r .error.code'] },
  ],
};

const formats: Topic = {
  name: 'formats',
  summary: 'How lists and records are written',
  parts: [
    'Data goes to stdout, everything else to stderr.',
    {
      items: [
        {
          term: 'on a terminal',
          about:
            'A table that fits its width. Columns of less weight leave first, long texts end in …; ids and amounts are never cut. Money and dates are written as your locale has them.',
        },
        {
          term: 'in a pipe',
          about:
            'A line for each row, its values separated by tabs, without a header. A tab in a text is written \\t, a line break \\n, a backslash \\\\.',
        },
        {
          term: '--json',
          about:
            'An array for a list, an object for one record. Names are those of --fields. Amounts are texts such as "12500.00", moments are in UTC, what is missing is null and never left out.',
        },
        {
          term: '--csv',
          about:
            'RFC 4180 with a header. A text that a spreadsheet would take for a formula gets an apostrophe before it.',
        },
        {
          term: '--fields a,b',
          about: 'These fields in this order, in every format. --help of a command lists them.',
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
  summary: 'Variables that epic minds',
  parts: [
    {
      items: [
        {
          term: 'EPIC_SERVER',
          about:
            'The address of the server; --server goes before it, the server of the last login after it.',
        },
        {
          term: 'EPIC_TOKEN',
          about:
            'An access token to use instead of the stored session, as “epic token” prints it. It ends after 15 minutes.',
        },
        {
          term: 'XDG_STATE_HOME',
          about:
            'Where sessions are kept: in epic/session.json, which only you can read. Otherwise ~/.local/state.',
        },
        { term: 'NO_COLOR', about: 'Set to anything: no colours.' },
        { term: 'CLICOLOR_FORCE', about: 'Set to anything but 0: colours in a pipe as well.' },
        {
          term: 'PAGER',
          about:
            'What shows a list that is longer than the terminal; otherwise less. --no-pager does without.',
        },
        {
          term: 'LC_ALL, LC_MONETARY, LC_TIME, LANG',
          about: 'How money and dates are written on a terminal.',
        },
        { term: 'TZ', about: 'The time zone in which moments are shown and typed.' },
        {
          term: 'EPIC_FORCE_TTY',
          about: 'A number of columns: write as for a terminal of that width, even into a pipe.',
        },
        {
          term: 'SENTRY_DSN, EPIC_ENVIRONMENT',
          about: 'Where a crash of epic is reported, and in the name of what.',
        },
      ],
    },
  ],
};

const scripting: Topic = {
  name: 'scripting',
  summary: 'How to use epic in a script',
  parts: [
    'Nothing is asked where there is no terminal, nor with --no-input: a flag that is missing is then an error that names it. What cannot be undone needs --yes.',
    'Passwords never go on a command line:',
    { lines: ['epic login --email ana@epic.example --password-stdin < password.txt'] },
    'Go by exit codes (epic help exit-codes) and by --json (epic help formats), not by sentences: those may change.',
    {
      lines: [
        'if epic can sign contract 7; then epic contract sign 7; fi',
        'id=$(epic contract create --client 12 --total 12500 --fields id)',
        'epic contract list --unsigned --fields id | xargs -n 1 epic contract view',
      ],
    },
    'A list ends after 50 rows; --limit takes up to 1000, and what to type for the next ones is said on stderr. --all writes every row as it comes, however many there are.',
    'Where a record is meant, a text stands for its id if only one has it. Texts are for people: what they mean may change with the next record, so a script gives ids.',
    'A script logs in by itself with a token, and one that changes records says which version it has seen:',
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
