import type { RecordKind } from '../../client/operations.ts';
import type { Api } from '../api/api.ts';
import { CliError, notFound } from '../errors.ts';
import type { Flags, Values } from '../flags/flag.ts';
import { capitalised } from '../words/capitalised.ts';
import { type Definition, type Invocation, type Title, type Verb, verb } from './command.ts';
import { askable, type Deed } from './deeds.ts';
import { assertMayCreate, entriesOf, lastLook } from './form.ts';
import { explained } from './refusal.ts';
import { noSuch } from './view.ts';

interface ChangeDefinition<Row, F extends Flags, Written extends object>
  extends Title,
    Omit<Definition<Row, F>, 'run'> {
  noun: RecordKind;
  /** What is being done, to complete “You may not …”: `sign contract 12`. */
  attempt(flags: Values<F>): string;
  /** Null where `epic can` does not answer: what is done is to no record. */
  deed: Deed<F, Written> | null;
  /** Does it with what the deed writes, and returns the record as it is now. */
  send(
    api: Api,
    flags: Values<F>,
    written: Written,
    invocation: Invocation<Row, F>,
  ): Promise<Row | null | undefined>;
  /** What changed, in a sentence. */
  done(row: Row, flags: Values<F>): string;
}

/** A command that changes one record and says what changed. One that creates a record is a form on a terminal. */
export function change<Row, F extends Flags, Written extends object>(
  definition: ChangeDefinition<Row, F, Written>,
): Verb {
  const { noun, attempt, deed, send, done, ...shared } = definition;
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
          const question = `${capitalised(attempt(flags))}?`;
          await lastLook(invocation, entriesOf(asked, deed, all), { values: flags, question });
        }
        const written = deed?.writes(flags) ?? ({} as Written);
        const row = await send(api, flags, written, invocation);
        if (!row)
          throw typeof id === 'number' ? noSuch(noun, id) : notFound(`No ${noun} came back.`);
        output.changed(done(row, flags), columns, row);
      } catch (error) {
        if (error instanceof CliError && error.problem.code === 'UNAVAILABLE') draft.keep();
        const about = deed ? id : undefined;
        throw explained(error, { noun, name, attempt: attempt(flags), id: about });
      }
    },
  });
  return deed ? { ...made, askable: askable(noun, definition.flags, deed) } : made;
}
