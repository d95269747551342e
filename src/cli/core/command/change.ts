import type { RecordKind } from '../../operations/index.ts';
import type { Api } from '../api/api.ts';
import type { Flags, Values } from '../args/flag.ts';
import { CliError, notFound } from '../errors.ts';
import type { Output } from '../output/output.ts';
import { type Definition, type Invocation, type Title, type Verb, verb } from './command.ts';
import { assertMayCreate, confirmForm, entriesOf } from './form.ts';
import { withHint } from './refusal.ts';
import { recordNotFound } from './view.ts';
import { permissionQuery, type WriteSpec } from './write-spec.ts';

interface ChangeDefinition<Row, F extends Flags, Written extends object>
  extends Title,
    Omit<Definition<Row, F>, 'run'> {
  noun: RecordKind;
  /** Of what creates a record: what will be done, to ask on a terminal: `Create a client?` */
  question?(flags: Values<F>): string;
  /** Null where `epic can` does not answer: what is done is to no record. */
  deed: WriteSpec<F, Written> | null;
  /** Does it with what the deed writes, and returns the record as it is now. */
  send(
    api: Api,
    flags: Values<F>,
    written: Written,
    invocation: Invocation<Row, F>,
  ): Promise<Row | null | undefined>;
  /** What changed, in a sentence. */
  done(row: Row, flags: Values<F>): string;
  /** What the change leaves to be done, or to be known. */
  afterwards?(row: Row, output: Output): void;
}

/** A command that changes one record and says what changed. One that creates a record is a form on a terminal. */
export function change<Row, F extends Flags, Written extends object>(
  definition: ChangeDefinition<Row, F, Written>,
): Verb {
  const { noun, question, deed, send, done, afterwards, ...shared } = definition;
  const { name, flags: asked, columns: all } = shared;
  const creates = deed?.verb === 'create';
  const made = verb<Row, F>({
    ...shared,
    form: creates,
    async beforeAsking({ api }, known) {
      if (creates) await assertMayCreate(api, { noun, name, flags: asked, deed }, known);
    },
    async run(invocation) {
      const { api, flags, output, columns, draft } = invocation;
      const id: unknown = flags.id;
      try {
        if (creates && draft.kept) {
          const entries = entriesOf(asked, deed, all);
          const about = { values: flags, question: question?.(flags) ?? `Create this ${noun}?` };
          await confirmForm(invocation, entries, about);
        }
        const written = deed?.writes(flags) ?? ({} as Written);
        const row = await send(api, flags, written, invocation);
        if (!row)
          throw typeof id === 'number'
            ? recordNotFound(noun, id)
            : notFound(`No ${noun} came back.`);
        output.changed(done(row, flags), columns, row);
        afterwards?.(row, output);
      } catch (error) {
        if (error instanceof CliError && error.problem.code === 'UNAVAILABLE') draft.keep();
        const about = deed ? id : undefined;
        throw withHint(error, { noun, name, id: about });
      }
    },
  });
  return deed ? { ...made, permissionQuery: permissionQuery(noun, definition.flags, deed) } : made;
}
