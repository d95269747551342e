import { fieldName } from '../../core/api/fields.ts';
import { optional, required, several, toggle } from '../../core/args/flag.ts';
import { line, offering } from '../../core/args/parsers.ts';
import { type Command, command, type Noun } from '../../core/command/command.ts';
import type { NounEntry } from '../../core/command/entry.ts';
import { defineFields } from '../../core/command/fields.ts';
import {
  type Permission,
  type PermissionInput,
  type PermissionQuery,
  permissionFor,
} from '../../core/command/permission.ts';
import { recordNotFound } from '../../core/command/record.ts';
import { CliError, usageError } from '../../core/errors.ts';
import { hintFor } from '../../core/hints.ts';
import { canonical, type Field } from '../../core/output/columns.ts';
import { mark } from '../../core/output/marks.ts';
import type { Output } from '../../core/output/output.ts';
import { resolveId, resolveValue } from '../../core/prompts/ask.ts';
import type { Asking } from '../../core/prompts/references.ts';
import { AccessVerb, RecordKind } from '../../operations/index.ts';
import { drawAccess } from './draw.ts';
import { answerColumns, listWho } from './who.ts';

interface PermissionRow extends Permission {
  record: string;
  verb: string;
  id: number | undefined;
}

const { columns } = defineFields<Partial<PermissionRow>>()({
  allowed: { kind: 'flag' },
  verdict: { kind: 'text' },
  contact: { kind: 'json' },
  verb: { kind: 'text' },
  record: { kind: 'text' },
  id: { kind: 'id' },
  columns: { kind: 'json' },
  steps: { kind: 'json' },
});

/** A kind of record that can be asked about; fields and plural come from its noun, where it has one. */
interface Subject {
  name: RecordKind;
  plural: string;
  fields: readonly Field[];
  verbs: ReadonlyMap<string, PermissionQuery>;
}

const records = Object.values(RecordKind);

/** Commands that only read a record: one question for all of them. */
const readingVerbs = ['read', 'view', 'show', 'list', 'ls'];

/** What every record can be asked for, with or without a command that does it. */
const statements = ['read', 'create', 'update', 'delete'] as const;

const genericQuery = (record: RecordKind, verb: AccessVerb): PermissionQuery => ({
  takesId: verb !== 'create',
  flagNames: [],
  reference: undefined,
  flagNamed: () => undefined,
  question: (said) => ({
    record,
    verb,
    rowId: said.id ?? null,
    fields: said.fields,
    values: {},
  }),
});

/** What can be asked about a noun, by the names of its verbs. */
async function subjectOf(name: RecordKind, entry: NounEntry | undefined): Promise<Subject> {
  if (!entry) {
    const verbs = new Map(
      Object.values(AccessVerb).map((verb) => [verb, genericQuery(name, verb)]),
    );
    return { name, plural: `${name.replaceAll('_', ' ')}s`, fields: [], verbs };
  }
  const { fields, commands }: Noun = await entry.load();
  const verbs = new Map<string, PermissionQuery>(
    statements.map((verb) => [verb, genericQuery(name, verb)]),
  );
  for (const { name, permissionQuery } of commands)
    if (permissionQuery) verbs.set(name, permissionQuery);
  return { name, plural: entry.plural, fields, verbs };
}

/** The noun and the verb of two words, in either order: `update client`, or `client update` as in commands. */
async function resolveQuestion(
  nouns: readonly NounEntry[],
  words: readonly [string, string],
): Promise<{ noun: Subject; verb: string; permissionQuery: PermissionQuery }> {
  const recordNamed = (word: string) =>
    records.find((each) => [each, `${each}s`].map(canonical).includes(canonical(word)));
  const [first, second] = words;
  const name = recordNamed(second) ?? recordNamed(first);
  if (!name) {
    throw usageError(
      `There is no record called “${second}”.`,
      `The records are ${records.join(', ')}.`,
    );
  }
  const noun = await subjectOf(
    name,
    nouns.find((each) => each.name === name),
  );
  const word = recordNamed(second) ? first : second;
  const { verbs } = noun;
  const verb = readingVerbs.includes(word.toLowerCase())
    ? 'read'
    : [...verbs.keys()].find((each) => canonical(each) === canonical(word));
  const permissionQuery = verbs.get(verb ?? '');
  if (verb === undefined || !permissionQuery) {
    throw usageError(
      `There is no “${word}” to ask about for ${noun.plural}.`,
      `What can be asked for ${noun.plural}: ${[...verbs.keys()].join(', ')}.`,
    );
  }
  return { noun, verb, permissionQuery };
}

/** The values of `--field phone --field client=12`: flags of the command, or other fields of the record. */
async function readFields(
  texts: readonly string[],
  { noun, permissionQuery }: { noun: Subject; permissionQuery: PermissionQuery },
  services: Asking,
): Promise<Omit<PermissionInput, 'id'>> {
  const flags = new Map<string, unknown>();
  const fields: string[] = [];
  for (const text of texts.flatMap((each) => (each.includes('=') ? [each] : each.split(',')))) {
    const [, name = '', , value] = /^([^=]*)(=(.*))?$/s.exec(text) ?? [];
    const known = permissionQuery.flagNamed(name);
    if (known) {
      const isKnown = value !== undefined;
      flags.set(known.key, isKnown ? await resolveValue(known.flag, value, services) : undefined);
      continue;
    }
    const field =
      noun.fields.length === 0
        ? fieldName(name.replaceAll('-', '_'))
        : fieldsOf(noun).find((key) => [name, `${name}Id`].map(canonical).includes(canonical(key)));
    if (!field) throw noSuchField(name, noun, permissionQuery);
    if (value !== undefined) throw usageError(`--field: ask about “${name}” without a value.`);
    fields.push(field);
  }
  return { flags, fields };
}

/** The fields of the record itself: the id of its sales contact, not the name that is shown for it. */
function fieldsOf({ fields }: Subject): string[] {
  const keys = fields.flatMap(({ key, borrowed }) => (borrowed ? [] : [key]));
  return keys.filter((key) => !keys.includes(`${key}Id`));
}

function noSuchField(name: string, noun: Subject, { flagNames }: PermissionQuery): CliError {
  const names = [...new Set([...flagNames, ...fieldsOf(noun)])];
  return usageError(
    `--field: there is no field “${name}” to ask about.`,
    `The fields of ${noun.plural}: ${names.join(', ')}.`,
  );
}

function noteMissing(
  output: Output,
  { verb, record, id }: PermissionRow,
  { takesId, reference }: PermissionQuery,
): void {
  const question = `epic can ${verb} ${record}`;
  if (takesId && id === undefined) output.note('Ask about one of them:', `${question} ID`);
  else if (reference) output.note('Say which:', `${question} --field ${reference.name}=ID`);
}

function noteHint(output: Output, { policy: kind }: PermissionRow): void {
  const hint = kind === null ? undefined : hintFor({ code: 'FORBIDDEN', message: '', kind });
  if (hint) output.note(`${mark('next')} ${hint}`);
}

/** `epic can`: asks the database whether it would allow something. */
export const can = (nouns: readonly NounEntry[]): Command =>
  command({
    flags: {
      verb: required('<verb>', 'what to do, such as update', offering(statements, line(40))),
      record: required('<record>', 'kind of record, such as client', offering(records, line(40))),
      id: optional('[id]', 'record id, or a part of its name', line(200)),
      field: several(
        '--field <name>',
        'only this field, may be repeated; with a value: --field client=12',
        line(2000),
      ),
      who: toggle('--who', 'list who may, rather than whether you may'),
    },
    columns,
    otherColumns: answerColumns,
    examples: [
      ['can update client 42', 'exit code 0 if you may, 5 if you may not'],
      ['can update event 31 --field notes', 'some fields are for some departments'],
      ['can create contract --field client=12', ''],
      ['can sign contract 7 && epic contract sign 7', ''],
      ['can sign contract 7 --who', 'everyone who may, and whether a rule refuses it'],
    ],
    notes: [
      'Exit code 0: you may, or it depends on what you left out. Exit code 5: you may not.',
      `The fields of --who: ${answerColumns.map(({ key }) => key).join(', ')}.`,
      'The answer is about permission: the grants and policies of the database. Its rules, such as “An event needs a signed contract.”, are checked when you run the command; with --who they are tried, and undone.',
    ],
    async run({ api, output, prompts, flags, columns: shown, fields }) {
      const { noun, verb, permissionQuery } = await resolveQuestion(nouns, [
        flags.verb,
        flags.record,
      ]);
      if (flags.id !== undefined && !permissionQuery.takesId) {
        throw usageError(
          `A new ${noun.name} has no id yet.`,
          `Ask without one: epic can ${verb} ${noun.name}`,
        );
      }
      const services = { api, output, prompts };
      const fieldsSaid = await readFields(flags.field, { noun, permissionQuery }, services);
      const id =
        flags.id === undefined ? undefined : await resolveId(noun.name, flags.id, services);
      const question = permissionQuery.question({ id, ...fieldsSaid });
      if (flags.who) {
        const columns = fields === undefined ? answerColumns : shown;
        return listWho(api, output, question, { fields: noun.fields, columns });
      }
      const about = { noun: noun.name, id, fields: noun.fields };
      const answered = await permissionFor(api, about, question);
      if (id !== undefined && !answered.isVisible) throw recordNotFound(noun.name, id);
      const row: PermissionRow = { record: noun.name, verb, id, ...answered };

      if (output.format === 'people' && fields === undefined) {
        await output.drawing((paint, width) => drawAccess(row, paint, width));
        if (row.allowed === null) noteMissing(output, row, permissionQuery);
        if (row.allowed === false) noteHint(output, row);
      } else output.record(shown, row);
      // the answer is on stdout; a no is the exit code too
      if (row.allowed === false) throw new CliError({ code: 'FORBIDDEN', message: '' });
    },
  });
