import type { Api } from '../api/api.ts';
import type { Flags, Values } from '../args/flag.ts';
import { CliError, notFound } from '../errors.ts';
import { lacksEnrolment, lacksSecondFactor, withHint } from '../hints.ts';
import type { Column } from '../output/columns.ts';
import type { Output } from '../output/output.ts';
import type { Draft } from '../prompts/draft.ts';
import { capitalize } from '../text/words.ts';
import { type Definition, type Invocation, type Title, type Verb, verb } from './command.ts';
import { type Confirmation, confirm, yes } from './confirm.ts';
import { assertMayRun, confirmForm, formFields } from './form.ts';
import { permissionQuery, type WriteSpec } from './permission.ts';
import { type RecordNoun, recordNotFound } from './record.ts';

interface Identified {
  id: number;
}

interface ChangeDefinition<Row, F extends Flags, Result>
  extends Title,
    Pick<Definition<Result, F>, 'flags' | 'examples' | 'notes'> {
  /** Where they are others than the noun's. */
  columns?: readonly Column<Result>[];
  /** What its form shows, where that is another record than the noun's. */
  written?: readonly Column<never>[];
  /** Without one, `epic can` does not answer. */
  write?: WriteSpec;
  /** What the form of a command that creates asks in the end: `Create a client?` */
  question?(flags: Values<F>): string;
  /** What is asked before it is sent, unless --yes is given. */
  confirm?: Confirmation<Row, F>;
  /** True where `send` asks or checks something itself before it changes anything: permission is asked before that. */
  checksFirst?: true;
  /** Sends it, and returns the record as it is now. */
  send(
    api: Api,
    flags: Values<F>,
    invocation: Invocation<Result, F>,
  ): Promise<Result | null | undefined>;
  /** The participle of a sentence, or the whole sentence: `signed`, `Contract 7 signed: …`. */
  done: string | ((row: Result, flags: Values<F>, sentence: SentenceOf<Row>) => string);
  /** What the change leaves to be done, or to be known. */
  afterwards?(row: Result, output: Output): void;
}

type SentenceOf<Row> = (row: Row, participle: string) => string;

/** Keeps what was typed where the same command line may succeed later. */
export function keepIfPassing(draft: Draft, error: unknown): void {
  if (!(error instanceof CliError)) return;
  const { problem } = error;
  const isPassing =
    problem.code === 'UNAVAILABLE' || lacksSecondFactor(problem) || lacksEnrolment(problem);
  if (isPassing) draft.keep();
}

/** A command that changes one record and says what changed. One that creates a record is a form on a terminal. */
export function change<Row extends Identified, F extends Flags, Result extends Row = Row>(
  noun: RecordNoun<Row>,
  definition: ChangeDefinition<Row, F, Result>,
): Verb {
  const { name, flags: own, write, question, confirm: confirmation } = definition;
  const { checksFirst = false, send, done, afterwards } = definition;
  const { columns = noun.fields.columns, aliases, summary, examples, notes } = definition;
  const { written = columns } = definition;
  const flags = { ...own, ...(confirmation && { yes }) } as F;
  const creates = write?.verb === 'create';
  const assertMay = async (api: Api, known: Partial<Values<F>>) =>
    write
      ? assertMayRun(
          api,
          { noun: noun.name, fields: noun.fields.columns, name, flags, write },
          known,
        )
      : false;
  const confirmed = async ({ api, prompts, flags: values }: Invocation<Result, F>) => {
    const isSure = values.yes === true || (confirmation?.isHarmless && !prompts.possible);
    if (!confirmation || isSure) return;
    await confirm({ prompts, flags: { yes: false } }, async () => {
      const id = Number(values.id);
      const [row] = await Promise.all([noun.fetch(api, id), assertMay(api, values)]);
      if (!row) throw recordNotFound(noun.name, id);
      return confirmation.question(row, values, api);
    });
  };
  const sentence: SentenceOf<Row> = (row, participle) =>
    `${capitalize(noun.name)} ${row.id} ${participle}: ${noun.summaryOf(row)}.`;
  const made = verb<Result, F>({
    name,
    ...(aliases && { aliases }),
    summary,
    flags,
    columns,
    examples,
    ...(notes && { notes }),
    form: creates,
    async beforeAsking({ api, draft }, known) {
      try {
        return await assertMay(api, known);
      } catch (error) {
        keepIfPassing(draft, error);
        throw error;
      }
    },
    async run(invocation) {
      const { api, flags: values, output, columns: shown, draft } = invocation;
      const id: unknown = values.id;
      try {
        if (creates && draft.kept) {
          const about = { values, question: question?.(values) ?? `Create this ${noun.name}?` };
          await confirmForm(invocation, formFields(flags, written), about);
        }
        await confirmed(invocation);
        if (checksFirst) await assertMay(api, values);
        const row = await send(api, values, invocation);
        if (!row) {
          throw typeof id === 'number'
            ? recordNotFound(noun.name, id)
            : notFound(`No ${noun.name} came back.`);
        }
        const text = typeof done === 'string' ? sentence(row, done) : done(row, values, sentence);
        output.changed(text, shown, row);
        afterwards?.(row, output);
      } catch (error) {
        keepIfPassing(draft, error);
        throw withHint(error, { noun: noun.name, name, id: write && id });
      }
    },
  });
  return write ? { ...made, permissionQuery: permissionQuery(noun.name, flags, write) } : made;
}

/** `create`, with the flags that the table of fields has for it. */
export const create = <Row extends Identified, Create extends Flags, Result extends Row = Row>(
  noun: RecordNoun<Row, Create>,
  definition: Omit<ChangeDefinition<Row, Create, Result>, 'name' | 'flags' | 'write' | 'done'> &
    Partial<Pick<ChangeDefinition<Row, Create, Result>, 'done'>>,
): Verb =>
  change<Row, Create, Result>(noun as RecordNoun<Row>, {
    done: 'created',
    ...definition,
    name: 'create',
    flags: noun.fields.create,
    write: { verb: 'create' },
  });
