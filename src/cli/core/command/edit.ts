import { History, type HistoryRecord } from '../../operations/index.ts';
import type { Api } from '../api/api.ts';
import {
  checkFor,
  type Flag,
  type Flags,
  nameOf,
  optional,
  questionOf,
  type Values,
} from '../args/flag.ts';
import { asTyped, wholeNumber } from '../args/parsers.ts';
import { CliError, cancelled, usageError } from '../errors.ts';
import type { Cell, Column } from '../output/columns.ts';
import { forPeople } from '../output/format.ts';
import type { OutlineLine } from '../output/outline.ts';
import { change } from './change.ts';
import type { Definition, Invocation, Services, Verb } from './command.ts';
import { type Entry, entriesOf, shownIn } from './form.ts';
import { assertMayBegin } from './permission.ts';
import { recordNotFound } from './view.ts';
import type { WriteSpec } from './write-spec.ts';

interface EditDefinition<Row, F extends Flags, Written extends object>
  extends Pick<Definition<Row, F>, 'columns' | 'examples'> {
  summary: string;
  noun: HistoryRecord;
  id: Flag<number, 'required'>;
  /** What can be changed; all of it optional. */
  flags: F;
  writes: WriteSpec<F, Written>['writes'];
  fetch(api: Api, id: number): Promise<Row | null | undefined>;
  send(
    api: Api,
    id: number,
    patch: Written & { version?: number | undefined },
    flags: Partial<Values<F>>,
  ): Promise<Row | null | undefined>;
  done(row: Row): string;
}

/** A record that counts its versions. */
interface Versioned {
  version: number;
}

const ifVersion = optional(
  '--if-version <n>',
  'only if the record is still at this version',
  wholeNumber(1, 999_999_999),
);

const isOvertaken = (error: unknown) =>
  error instanceof CliError && error.problem.kind === 'version_is_current';

/** What can be cleared is cleared by a dash: Enter keeps it. */
const clears = '-';

function isClearable({ flag }: Pick<Entry<never>, 'flag'>): boolean {
  return flag.given === 'optional' && checkFor(flag)('') === true;
}

/** The new value of one entry; undefined where it stays as it is. */
async function askAbout<Row>(
  entry: Entry<Row>,
  row: Row,
  { prompts, draft }: Services,
): Promise<unknown> {
  const { flag, column } = entry;
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
    // A text of several lines is no line to edit: it is kept or replaced as a whole.
    const lines = initial.split('\n').length;
    const asked = lines > 1 ? `${question} (${lines} lines now)` : question;
    const isKept = (typed: string) => typed === initial || typed === '';
    text = await prompts.line(asked, {
      ...(lines === 1 && initial !== '' && { initial }),
      check: (typed) => isKept(typed) || (typed === clears && isClearable(entry)) || check(typed),
    });
    if (isKept(text)) return undefined;
    if (text === clears && isClearable(entry)) text = '';
  }
  const value = flag.parse(text);
  if (text === initial || asTyped(column?.kind ?? 'text', value as Cell) === initial)
    return undefined;
  draft.answer(flag, text);
  return value;
}

/** What differs between two versions of a record, and who did it. */
async function whatHappened<Row>(
  api: Api,
  [then, now]: readonly [Row, Row],
  about: { noun: HistoryRecord; id: number; columns: readonly Column<Row>[] },
): Promise<OutlineLine[]> {
  const { noun, id: rowId, columns } = about;
  const { changeOf } = await import('../history/change.ts');
  const { actorOf } = await import('../history/sentences.ts');
  const { historyEntries } = await api.send(History, { record: noun, rowId, first: 50 });
  const entries = historyEntries?.nodes.filter((entry) => entry !== null) ?? [];
  const changes = entries.map((entry) => changeOf(entry, columns));
  const byWhom = (key: string) => {
    const last = changes.find(({ new: next }) => next && (key in next || `${key}Id` in next));
    return last ? `, by ${actorOf(last)}` : '';
  };
  const keys = columns.map(({ key }) => key);
  return columns
    .filter(({ key, borrowed }) => !borrowed && key !== 'version' && key !== 'lastUpdate')
    .filter(({ key }) => !(key.endsWith('Id') && keys.includes(key.slice(0, -2))))
    .flatMap((column): OutlineLine[] => {
      const [was, is] = [then, now].map((row) => forPeople(column.kind, column.value(row)));
      return was === is ? [] : [[column.label, `${was} → ${is}${byWhom(column.key)}`]];
    });
}

/** Asks for each field with its present value, shows what will change, and sends it when told to. */
async function editOnTerminal<Row extends Versioned, F extends Flags, Written extends object>(
  definition: EditDefinition<Row, F, Written>,
  entries: readonly Entry<Row>[],
  invocation: Invocation<Row, Flags>,
  rowId: number,
): Promise<Row | null | undefined> {
  const { noun, columns, fetch, send, writes } = definition;
  const { api, output, prompts, draft } = invocation;
  const first = await fetch(api, rowId);
  if (!first) throw recordNotFound(noun, rowId);
  const fields = entries.map(({ field }) => field);
  const question = { record: noun, verb: 'update' as const, rowId, fields, values: {} };
  await assertMayBegin(api, { noun, id: rowId }, question);

  let seen = first;

  const dash = entries.some((entry) => isClearable(entry)) ? `, ${clears} empties it` : '';
  output.note(`Enter keeps a value, Tab edits it${dash}. Esc ends it, with nothing changed.`);
  const answers: Record<string, unknown> = {};
  for (const entry of entries) {
    const value = await askAbout(entry, seen, invocation);
    if (value !== undefined) answers[entry.key] = value;
  }
  if (Object.keys(answers).length === 0) throw cancelled('Nothing was changed.');
  const written = writes(answers as Values<F>);

  for (let isFirst = true; ; isFirst = false) {
    draft.answer(ifVersion, String(seen.version));
    output.outline(
      entries.flatMap((entry): OutlineLine[] => {
        if (!(entry.key in answers)) return [];
        const before = shownIn(entry, entry.column?.value(seen));
        return [[entry.label, `${before} → ${shownIn(entry, Reflect.get(written, entry.field))}`]];
      }),
    );
    const ask = isFirst ? `Save this to ${noun} ${rowId}?` : 'Save yours all the same?';
    if (!(await prompts.confirm(ask, isFirst ? 'yes' : 'no'))) {
      throw cancelled('Nothing was changed.');
    }
    try {
      return await send(api, rowId, { ...written, version: seen.version }, answers as Values<F>);
    } catch (error) {
      const now = isOvertaken(error) ? await fetch(api, rowId) : undefined;
      if (!now) throw error;
      const happened = await whatHappened(api, [seen, now], { noun, id: rowId, columns });
      output.note(`Meanwhile, ${noun} ${rowId} has changed:`);
      output.outline(happened);
      output.note('You were about to change:');
      seen = now;
    }
  }
}

/**
 * `update`: sends what the flags say, or, on a terminal without any, asks for each field. What somebody else changes
 * between the question and the answer is not overwritten unseen.
 */
export function edit<Row extends Versioned, F extends Flags, Written extends object>(
  definition: EditDefinition<Row, F, Written>,
): Verb {
  const { noun, flags: changeable, columns, writes, send } = definition;
  const common = { id: definition.id, ifVersion };
  const flags = { id: common.id, ...changeable, ifVersion };
  const entries = entriesOf(changeable, { verb: 'update', writes }, columns);
  return change<Row, typeof flags, Written>({
    noun,
    name: 'update',
    summary: definition.summary,
    flags,
    columns,
    examples: definition.examples,
    notes: ['On a terminal without flags, it asks for each field, and shows what will change.'],
    deed: { verb: 'update', writes: (values) => writes(values as unknown as Values<F>) },
    async send(api, values, written, invocation) {
      const given = values as unknown as Values<typeof common>;
      if (Object.values(written).some((value) => value !== undefined)) {
        const patch = { ...written, version: given.ifVersion };
        return send(api, given.id, patch, values as unknown as Values<F>);
      }
      if (given.ifVersion !== undefined || !invocation.prompts.possible) {
        const names = entries.map(({ flag }) => nameOf(flag)).join(', ');
        throw usageError('There is nothing to change.', `Give at least one of ${names}.`);
      }
      const about = invocation as unknown as Invocation<Row, Flags>;
      return editOnTerminal(definition, entries, about, given.id);
    },
    done: definition.done,
  });
}
