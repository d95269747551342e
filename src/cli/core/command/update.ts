import { History, type HistoryRecord } from '../../operations/index.ts';
import type { Api } from '../api/api.ts';
import { asTyped } from '../args/dates.ts';
import {
  checkFor,
  control,
  type Flags,
  nameOf,
  optional,
  questionOf,
  type Values,
} from '../args/flag.ts';
import { wholeNumber } from '../args/parsers.ts';
import { CliError, cancelled, usageError } from '../errors.ts';
import { actorOf, changeOf } from '../history/change.ts';
import type { Cell, Column } from '../output/columns.ts';
import { formatCell } from '../output/format.ts';
import { mark, wordsOnly } from '../output/marks.ts';
import type { LabelledText } from '../output/record.ts';
import { editorKey } from '../prompts/ask.ts';
import { change } from './change.ts';
import type { Definition, Services, Verb } from './command.ts';
import type { Confirmation } from './confirm.ts';
import { type FormField, formFields, shownIn } from './form.ts';
import { assertMayBegin } from './permission.ts';
import { type RecordNoun, recordNotFound } from './record.ts';

/** A record that counts its versions. */
interface Versioned {
  id: number;
  version: number;
}

/** The id, the new values, and the version that the record is expected to be at. */
type Patch<F extends Flags> = { id: number; version?: number | undefined } & Partial<Values<F>>;

interface UpdateDefinition<Row, F extends Flags> extends Pick<Definition<Row, Flags>, 'examples'> {
  summary: string;
  /** What is asked before it is sent, where a change is more than most. */
  confirm?: Confirmation<Row, F>;
  send(api: Api, patch: Patch<F>, services: Services): Promise<Row | null | undefined>;
  done?: (row: Row) => string;
}

const version = control(
  optional(
    '--if-version <n>',
    'only if the record is still at this version',
    wholeNumber(1, 999_999_999),
  ),
);

/** The record has another version than the change is based on. */
export const isOutdated = (error: unknown) =>
  error instanceof CliError && error.problem.kind === 'version_is_current';

/** Typed to clear a field, since Enter keeps it. */
const clear = '-';

const isClearable = ({ flag }: Pick<FormField<never>, 'flag'>) =>
  flag.given === 'optional' && checkFor(flag)('') === true;

/** The new value of one field; undefined where it stays as it is. */
async function askAbout<Row>(
  field: FormField<Row>,
  row: Row,
  { prompts, draft }: Services,
): Promise<unknown> {
  const { flag, column } = field;
  const present = column?.value(row);
  const question = questionOf(flag);
  if (flag.given === 'switch') {
    if (present === true || !(await prompts.confirm(`${question}?`))) return undefined;
    draft.answer(flag, '');
    return true;
  }
  const initial = asTyped(column?.kind ?? 'text', present);
  const { choices } = flag.parse;
  let text: string;
  if (choices) text = await prompts.choice(question, choices, initial);
  else {
    const check = checkFor(flag);
    const { isLong } = flag.parse;
    const lines = initial.split('\n').length;
    const remarks = [lines > 1 && `${lines} lines now`, isLong && editorKey].filter(Boolean);
    const asked = remarks.length > 0 ? `${question} (${remarks.join(', ')})` : question;
    // with a present text, Enter answers with it: nothing is what an editor was left with
    const isKept = (typed: string) => typed === initial || (typed === '' && !isLong);
    text = await prompts.line(asked, {
      ...(initial !== '' && { initial }),
      ...(isLong && { isLong }),
      check: (typed) => isKept(typed) || (typed === clear && isClearable(field)) || check(typed),
    });
    if (isKept(text)) return undefined;
    if (text === clear && isClearable(field)) text = '';
  }
  const value = flag.parse(text);
  if (text === initial || asTyped(column?.kind ?? 'text', value as Cell) === initial)
    return undefined;
  draft.answer(flag, text);
  return value;
}

/** What differs between two versions of a record, and who did it. */
async function changesBetween<Row>(
  api: Api,
  [then, now]: readonly [Row, Row],
  about: { noun: HistoryRecord; id: number; columns: readonly Column<Row>[] },
): Promise<LabelledText[]> {
  const { noun, id: rowId, columns } = about;
  const { historyEntries } = await api.send(History, { record: noun, rowId, first: 50 });
  const changes = historyEntries.nodes.map((entry) => changeOf(entry, columns));
  const byWhom = (key: string) => {
    const last = changes.find(({ new: next }) => next && (key in next || `${key}Id` in next));
    return last ? `, by ${actorOf(last)}` : '';
  };
  const keys = columns.map(({ key }) => key);
  return columns
    .filter(({ key, borrowed }) => !borrowed && key !== 'version' && key !== 'lastUpdate')
    .filter(({ key }) => !(key.endsWith('Id') && keys.includes(key.slice(0, -2))))
    .flatMap((column): LabelledText[] => {
      const [was, is] = [then, now].map((row) => formatCell(column.kind, column.value(row)));
      return was === is
        ? []
        : [[column.label, `${was} ${mark('becomes')} ${is}${byWhom(column.key)}`]];
    });
}

/** Asks for each field with its present value, shows what will change, and sends it once that is confirmed. */
async function updateOnTerminal<Row extends Versioned>(
  { name, fields: { columns }, fetch }: RecordNoun<Row>,
  { fields, confirm }: { fields: readonly FormField<Row>[]; confirm?: Confirmation<Row, Flags> },
  invocation: Services,
  id: number,
  send: (patch: { id: number; version: number }) => Promise<Row | null | undefined>,
): Promise<Row | null | undefined> {
  const { api, output, prompts, draft } = invocation;
  const first = await fetch(api, id);
  if (!first) throw recordNotFound(name, id);
  await assertMayBegin(
    api,
    { noun: name, id, fields: columns },
    { record: name, verb: 'update', rowId: id, fields: fields.map(({ key }) => key), values: {} },
  );

  const dash = fields.some(isClearable) ? `, ${clear} empties it` : '';
  output.note(
    wordsOnly()
      ? `Enter keeps a value${dash}. Ctrl-C ends it, with nothing changed.`
      : `Enter keeps a value, Tab edits it${dash}. Esc ends it, with nothing changed.`,
  );
  const answers: Record<string, unknown> = {};
  for (const field of fields) {
    const value = await askAbout(field, first, invocation);
    if (value !== undefined) answers[field.key] = value;
  }
  const changed = fields.filter(({ key }) => key in answers);
  if (changed.length === 0) throw cancelled('Nothing was changed.');

  let seen = first;
  for (let isFirst = true; ; isFirst = false) {
    draft.answer(version, String(seen.version));
    output.labelled(
      changed.map((field): LabelledText => {
        const before = shownIn(field, field.column?.value(seen));
        return [field.label, `${before} ${mark('becomes')} ${shownIn(field, answers[field.key])}`];
      }),
    );
    const grave = await confirm?.question(seen, answers, api);
    const ask = grave ?? (isFirst ? `Save this to ${name} ${id}?` : 'Save yours all the same?');
    if (!(await prompts.confirm(ask, isFirst && !grave ? 'yes' : 'no'))) {
      throw cancelled('Nothing was changed.');
    }
    try {
      return await send({ id, version: seen.version, ...answers });
    } catch (error) {
      const now = isOutdated(error) ? await fetch(api, id) : undefined;
      if (!now) throw error;
      const changes = await changesBetween(api, [seen, now], { noun: name, id, columns });
      output.note(`Meanwhile, ${name} ${id} has changed:`);
      output.labelled(changes);
      output.note('You were about to change:');
      seen = now;
    }
  }
}

/**
 * `update`: sends what the flags say, or, on a terminal without any, asks for each field. A change that was made
 * between the question and the answer is shown before it is overwritten.
 */
export function update<
  Row extends Versioned,
  Update extends Flags,
  Extra extends Flags = Record<never, never>,
>(
  noun: RecordNoun<Row, Flags, Update>,
  definition: UpdateDefinition<Row, Update & Extra> & { flags?: Extra },
): Verb {
  const { summary, examples, flags: extra, done = 'updated', send } = definition;
  const confirm = definition.confirm as Confirmation<Row, Flags> | undefined;
  const flags: Flags = { id: noun.id, ...noun.fields.update, ...extra, version };
  const fields = formFields(flags, noun.fields.columns);
  return change<Row, Flags>(noun as RecordNoun<Row>, {
    name: 'update',
    summary,
    flags,
    examples,
    notes: ['On a terminal without flags, it asks for each field, and shows what will change.'],
    write: { verb: 'update' },
    ...(confirm && { confirm }),
    async send(api, { yes: _, ...values }, invocation) {
      const given = values as unknown as Patch<Update & Extra>;
      const isSaid = (key: string) => values[key] !== undefined && values[key] !== false;
      if (Object.keys(flags).some((key) => key !== 'id' && key !== 'version' && isSaid(key))) {
        return send(api, given, invocation);
      }
      if (given.version !== undefined || !invocation.prompts.possible) {
        const names = fields.map(({ flag }) => nameOf(flag)).join(', ');
        throw usageError('There is nothing to change.', `Give at least one of ${names}.`);
      }
      const form = { fields, ...(confirm && { confirm }) };
      return updateOnTerminal(noun as RecordNoun<Row>, form, invocation, given.id, (patch) =>
        send(api, { ...given, ...patch }, invocation),
      );
    },
    done,
  });
}
