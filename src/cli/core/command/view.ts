import type { Api } from '../api/api.ts';
import type { Column } from '../output/columns.ts';
import { boundedCount, countBound } from '../output/format.ts';
import { plainObject } from '../output/machine.ts';
import type { Output, SheetPart } from '../output/output.ts';
import { capitalize, inWords } from '../text/words.ts';
import { type Verb, verb } from './command.ts';
import { type RecordNoun, recordNotFound } from './record.ts';

/** Rows of a list of the API, and how many there are, as far as they were counted. */
interface Rows<Item> {
  readonly nodes: readonly (Item | null)[];
  readonly totalCount: number;
}

/** Records that belong to the one that is viewed: a table below its fields, an array of objects in JSON. */
interface SectionSpec<Row, Item> {
  /** The field of JSON. */
  key: string;
  title: string;
  columns: readonly Column<Item>[];
  /** Undefined where a record has none by its nature: people are not told that there are none. */
  of(row: Row): Rows<Item> | null | undefined;
  /** The command that lists all of them, without the program's name. */
  all(row: Row): string;
  ifEmpty: string;
}

/** The columns of a section: people do not see those that say the same of every row. */
export const columnsBut = <Item>(
  columns: readonly Column<Item>[],
  ...same: readonly string[]
): Column<Item>[] =>
  columns.map(({ priority, ...column }) =>
    priority === undefined || same.includes(column.key) ? column : { ...column, priority },
  );

/** A text under the name of its key. */
export const textColumn = <Row>(
  key: string,
  value: (row: Row) => string | null | undefined,
): Column<Row> => ({ key, label: capitalize(inWords(key)), kind: 'text', value });

/** How to reach a person who has to do with a record: `supportPhone`, `supportEmail`. */
export const contactColumns = <Row>(
  role: string,
  personOf: (row: Row) => { phone: string | null; email: string | null } | null | undefined,
): Column<Row>[] => [
  {
    ...textColumn(`${role}Phone`, (row) => personOf(row)?.phone),
    kind: 'phone',
    borrowed: true,
  },
  { ...textColumn(`${role}Email`, (row) => personOf(row)?.email), borrowed: true },
];

/** A section of any kind of records. */
export type Section<Row> = SectionSpec<Row, never>;

/** Checks that a section's columns are those of its rows. */
export const section = <Row, Item>(spec: SectionSpec<Row, Item>): Section<Row> =>
  spec as unknown as Section<Row>;

/** How much of each section is read: `first` rows, and counted up to `upTo`, or all. */
export interface SheetSize {
  first: number;
  upTo: number | null;
}

const forPeople: SheetSize = { first: 5, upTo: countBound };
const forPrograms: SheetSize = { first: 1000, upTo: null };

/** What `view` shows of one record and of what belongs to it: read in one request. */
export interface Sheet<Row> {
  fetch(api: Api, id: number, size: SheetSize): Promise<Row | null | undefined>;
  /** The fields of JSON and `--fields`: the noun's, and more. */
  columns: readonly Column<Row>[];
  /** What people read, from top to bottom: without ids of other records, and a person in one line. */
  lines(row: Row): readonly Column<Row>[];
  sections: readonly Section<Row>[];
}

/** Infers the type of a sheet's rows from how one is fetched. */
export const sheet = <Row>(definition: Sheet<Row>): Sheet<Row> => definition;

const rowsOf = <Row>({ of }: Section<Row>, row: Row): never[] =>
  (of(row)?.nodes ?? []).filter((item) => item !== null) as never[];

/** A section as a field of JSON. */
export const asColumn = <Row>(part: Section<Row>): Column<Row> => ({
  key: part.key,
  label: part.title,
  kind: 'json',
  value: (row) => rowsOf(part, row).map((item) => plainObject(part.columns, item)),
});

/** “5 of 12: epic contract list --client 12”, where there are more than are shown. */
function rest<Row>(part: Section<Row>, row: Row): string | undefined {
  const count = part.of(row)?.totalCount ?? 0;
  const shown = rowsOf(part, row).length;
  return count > shown ? `${shown} of ${boundedCount(count)}: epic ${part.all(row)}` : undefined;
}

const partOf = <Row>(part: Section<Row>, row: Row): SheetPart => ({
  title: part.title,
  columns: part.columns.filter(({ priority }) => priority !== undefined),
  rows: rowsOf(part, row),
  rest: rest(part, row),
  ifEmpty: part.ifEmpty,
});

/** A script that relies on all of them must hear that these are not. */
function noteRest<Row>(output: Output, sections: readonly Section<Row>[], row: Row): void {
  for (const part of sections) {
    const more = rest(part, row);
    if (more) output.note(`${part.title}: ${more}`);
  }
}

/** `view`: one record with all its fields, and what belongs to it. */
export function view<Row>(
  { name, id }: Pick<RecordNoun<never>, 'name' | 'id'>,
  { fetch, columns, lines, sections }: Sheet<Row>,
): Verb {
  return verb<Row, { id: typeof id }>({
    name: 'view',
    aliases: ['show'],
    summary: `Show one ${name}, and what belongs to it`,
    flags: { id },
    columns: [...columns, ...sections.map(asColumn)],
    examples: [
      [`${name} view 12`, ''],
      [`${name} view 12 --json`, 'as a JSON object'],
    ],
    async run({ api, output, flags, columns: shown, fields }) {
      const isSheet = fields === undefined && output.format === 'people';
      const row = await fetch(api, flags.id, isSheet ? forPeople : forPrograms);
      if (!row) throw recordNotFound(name, flags.id);
      if (isSheet) {
        await output.sheet(
          lines(row),
          row,
          sections.filter(({ of }) => of(row)).map((part) => partOf(part, row)),
        );
      } else {
        output.record(shown, row);
        noteRest(
          output,
          sections.filter(({ key }) => shown.some((column) => column.key === key)),
          row,
        );
      }
    },
  });
}
