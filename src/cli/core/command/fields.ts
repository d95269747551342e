import { columnName } from '../api/fields.ts';
import { type Flag, type Flags, optional, required } from '../args/flag.ts';
import type { Parser } from '../args/parser.ts';
import { orNothing } from '../args/parsers.ts';
import type { Column } from '../output/columns.ts';
import { capitalize, inWords } from '../text/words.ts';

/** The name of an order of the API, without its direction: `FULL_NAME`. */
type OrderName<Order> = Order extends `${infer Name}_ASC` ? Name : never;

/**
 * A field of a record: what it is called, and everything that commands do with it. Its key is the one word for it: that
 * of its flag, of --fields and --sort, of JSON and CSV, and, written out, its label.
 */
interface FieldSpec<Row, Order> extends Omit<Column<Row>, 'key' | 'label' | 'value'> {
  /** The label, where it is not the key in words. */
  label?: string;
  /** The API's name of it, where it is another one than the key. */
  api?: string;
  /** What is shown, where it is not the API's property. */
  value?: Column<Row>['value'];
  /** `list --sort` accepts it, and the API calls it this. */
  sort?: OrderName<Order>;
  /** How it is written on a command line: `--name <name>`. */
  flag?: string;
  help?: string;
  parse?: Parser<unknown>;
  /** Whether `create` and `import` take it. */
  create?: Flag['given'] & ('required' | 'optional');
  /** What Enter answers in the form of `create`. */
  suggest?: NonNullable<Flag['suggest']>;
  /** False: the form of `create` does not ask for it. */
  asked?: false;
  /** Whether `update` takes it, and whether an empty text clears it. */
  update?: 'set' | 'set or clear';
  /** The help of `update`, where it is another one. */
  updateHelp?: string;
}

/** The API's name of a field. */
type ApiName<Spec, Key> = Spec extends { api: infer Name extends string } ? Name : Key;

/** What a field has to be by its name in the API: shown from the row, and written as the inputs type it. */
type Checked<Row, Create, Update, Key> = (Key extends keyof Row
  ? unknown
  : { value: Column<Row>['value'] }) &
  (Key extends keyof Create ? { parse?: Parser<Create[Key]> } : { create?: never }) &
  (Key extends keyof Update ? { parse?: Parser<Update[Key]> } : { update?: never });

type ParsedBy<Spec> = Spec extends { parse: Parser<infer Value> } ? Value : never;

type CreateFlags<Table> = {
  [Key in keyof Table as Table[Key] extends { create: string } ? Key : never]: Flag<
    ParsedBy<Table[Key]>,
    Table[Key] extends { create: infer Given extends 'required' | 'optional' } ? Given : never
  >;
};

type UpdateFlags<Table> = {
  [Key in keyof Table as Table[Key] extends { update: string } ? Key : never]: Flag<
    ParsedBy<Table[Key]> | (Table[Key] extends { update: 'set or clear' } ? null : never),
    'optional'
  >;
};

/** Values by the words of their fields, as the API calls them; what is no field keeps its name. */
type ApiInput<Table, Given> = {
  [Key in keyof Given as Key extends keyof Table
    ? ApiName<Table[Key], Key> & string
    : Key]: Given[Key];
};

/** The fields of a kind of record, as its commands take them. Flags have the words of their fields. */
export interface Fields<Row, Order = string, Create = Flags, Update = Flags, Table = unknown> {
  columns: readonly Column<Row>[];
  /** What `--sort` accepts. */
  sort: Readonly<Record<string, { asc: Order; desc: Order }>>;
  /** The flags of `create`. */
  create: Create;
  /** The flags of `update`. */
  update: Update;
  /** Values of these flags as an input of the API. */
  input<Given extends object>(given: Given): ApiInput<Table, Given>;
}

/**
 * Derives columns, orders and flags from a table of fields in the order of the columns. Flags have the order of
 * `flagOrder`, then that of the table.
 */
export const defineFields =
  <Row, Create = object, Update = object, Order extends string = never>() =>
  <
    const Table extends {
      readonly [Key in keyof Table]: FieldSpec<Row, Order> &
        Checked<Row, Create, Update, ApiName<Table[Key], Key>>;
    },
  >(
    table: Table,
    flagOrder: readonly string[] = [],
  ): Fields<Row, Order, CreateFlags<Table>, UpdateFlags<Table>, Table> => {
    const specs = Object.entries<FieldSpec<Row, Order>>(table);
    const apiName = (key: string) => (table as Record<string, { api?: string }>)[key]?.api ?? key;
    const rank = (key: string) => (flagOrder.indexOf(key) + 1 || specs.length) - 1;
    const inFlagOrder = specs.toSorted(([one], [other]) => rank(one) - rank(other));
    const flags = (flagOf: (spec: FieldSpec<Row, Order>) => Flag | undefined) =>
      Object.fromEntries(
        inFlagOrder.flatMap(([key, spec]) => {
          const flag = flagOf(spec);
          return flag ? [[key, flag]] : [];
        }),
      );
    return {
      columns: specs.map(([key, spec]) => ({
        label: capitalize(inWords(key)),
        value: (row: Row) => Reflect.get(row as object, apiName(key)),
        column: columnName(apiName(key)),
        ...spec,
        key,
      })),
      sort: Object.fromEntries(
        specs.flatMap(([key, { sort }]) =>
          sort ? [[key, { asc: `${sort}_ASC` as Order, desc: `${sort}_DESC` as Order }]] : [],
        ),
      ),
      create: flags(createFlag) as CreateFlags<Table>,
      update: flags(updateFlag) as UpdateFlags<Table>,
      input: <Given extends object>(given: Given) =>
        Object.fromEntries(
          Object.entries(given).map(([key, value]) => [apiName(key), value]),
        ) as ApiInput<Table, Given>,
    };
  };

type AnyField = FieldSpec<never, never>;

function createFlag({ flag, help, parse, create, suggest, asked }: AnyField): Flag | undefined {
  if (!create || !flag || !parse) return undefined;
  const made = (create === 'required' ? required : optional)(flag, help ?? '', parse);
  return { ...made, ...(suggest && { suggest }), ...(asked === false && { asked }) };
}

function updateFlag({ flag, help, parse, update, updateHelp }: AnyField): Flag | undefined {
  if (!update || !flag || !parse) return undefined;
  const text = updateHelp ?? help ?? '';
  return update === 'set or clear'
    ? optional(flag, `${text}; "" for none`, orNothing(parse))
    : optional(flag, text, parse);
}
