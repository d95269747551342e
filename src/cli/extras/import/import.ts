import { optional, required, toggle } from '../../core/args/flag.ts';
import { line, oneOf } from '../../core/args/parsers.ts';
import { type Invocation, type Noun, type Verb, verb } from '../../core/command/command.ts';
import { defineFields } from '../../core/command/fields.ts';
import { withHint } from '../../core/hints.ts';
import type { ImportRecord } from '../../operations/index.ts';
import { encodings } from './encoding.ts';
import { type ImportSpec, importFieldsOf, type LineProblem, type Match } from './fields.ts';

const { columns } = defineFields<LineProblem>()({
  line: { kind: 'number', priority: 0 },
  column: { kind: 'text', priority: 0 },
  problem: { api: 'message', kind: 'text', priority: 0, wraps: true },
});

/** The records that the API imports. */
export const imports = {
  client: {
    matchedBy: 'email',
    examples: [
      ['client import clients.csv --dry-run', 'list its problems, line by line'],
      ['client import clients.csv', 'create all, if none is known yet'],
      ['client import clients.csv --match email', 'update known ones, create the others'],
    ],
  },
  contract: {
    examples: [
      ['contract import contracts.csv --dry-run', 'list its problems, line by line'],
      ['contract import contracts.csv', 'as drafts; clients by clientId or clientEmail'],
    ],
  },
  event: {
    examples: [
      ['event import season.csv --dry-run', 'list its problems, line by line'],
      ['event import season.csv', 'times as in “2026-12-01 18:30”'],
    ],
  },
} satisfies Record<ImportRecord, { matchedBy?: string; examples: [string, string][] }>;

const always = {
  file: required('<file>', 'a CSV file with a header; - for standard input', line(4096)),
  dryRun: toggle('--dry-run', 'write nothing, and list every problem'),
  encoding: optional(
    '--encoding <name>',
    'how the file is encoded; without it UTF-8, or what its byte order mark says',
    oneOf(...encodings),
  ),
};

const matching = {
  ...always,
  match: optional(
    '--match <field>',
    'update records with the same value of this field, or create them again',
    oneOf('email', 'none'),
  ),
};

type Flags = typeof always;

/** `import`: many records from a CSV file, all or none. */
function importVerb(record: ImportRecord, noun: Noun): Verb {
  const { matchedBy, examples }: { matchedBy?: string; examples: [string, string][] } =
    imports[record];
  const spec: ImportSpec = {
    ...importFieldsOf(noun),
    noun: record,
    plural: `${record}s`,
    shown: noun.fields.flatMap(({ key, column }) => (column ? [key, column] : [key])),
    ...(matchedBy && { matchedBy }),
  };
  const title = {
    name: 'import',
    summary: `Create many ${spec.plural} from a CSV file, all or none`,
  };
  const notes = [
    `The columns: ${spec.fields.map(({ names }) => names[0]).join(', ')}, named as by --csv or like the flags. Other columns of --csv are ignored.`,
    ...(matchedBy
      ? [
          'A client with a known e-mail address, or a known name and phone number, is a problem, unless --match says what to do. With --match email, an empty cell keeps the present value.',
        ]
      : []),
    'If any line has a problem, nothing is written, the problems are listed, and the exit code is 6.',
  ];
  const shared = { ...title, columns, examples, notes };

  async function run(invocation: Invocation<LineProblem, Flags>, match: Match): Promise<void> {
    const { importFile } = await import('./run.ts');
    try {
      await importFile(spec, invocation, match);
    } catch (error) {
      throw withHint(error, { noun: record, name: 'import', id: undefined });
    }
  }
  return matchedBy
    ? verb({
        ...shared,
        flags: matching,
        run: (invocation) => run(invocation, invocation.flags.match),
      })
    : verb({ ...shared, flags: always, run: (invocation) => run(invocation, undefined) });
}

/** The noun, with `import` after `update`. */
export function withImport(record: ImportRecord, noun: Noun): Noun {
  const after = noun.commands.findIndex(({ name }) => name === 'update') + 1;
  return { ...noun, commands: noun.commands.toSpliced(after, 0, importVerb(record, noun)) };
}
