import { randomUUID } from 'node:crypto';
import type { Api } from '../../core/api/api.ts';
import { notFound } from '../../core/errors.ts';
import {
  ImportRun,
  type ImportRunMutation,
  type ImportRunMutationVariables,
  ImportStage,
} from '../../operations/index.ts';
import type { ImportValues } from './fields.ts';

const linesAtOnce = 500;
/** Characters, as JSON; the server takes about a million bytes. */
const charactersAtOnce = 200_000;

export type Outcome = NonNullable<NonNullable<ImportRunMutation['runImport']>['outcome']>;

/** How an import ends. */
type Ending = Omit<ImportRunMutationVariables, 'importId'>;

/** An import under way on the server. */
export interface Staging {
  /** Adds a line. Some hundreds travel together, while the next are read. */
  add(line: number, values: ImportValues): Promise<void>;
  /** Writes all lines or none, or says what would come of it. */
  run(options: Ending): Promise<Outcome>;
}

/** Begins an import. */
export function createStaging(api: Api): Staging {
  const importId = randomUUID();
  let lines: { line: number; values: ImportValues }[] = [];
  let characters = 0;
  let sending: Promise<unknown> = Promise.resolve();

  async function send(): Promise<void> {
    await sending;
    if (lines.length === 0) return;
    sending = api.send(ImportStage, { importId, lines });
    // Thrown when it is waited for.
    sending.catch(() => {});
    lines = [];
    characters = 0;
  }

  return {
    async add(line, values) {
      lines.push({ line, values });
      characters += JSON.stringify(values).length;
      if (lines.length >= linesAtOnce || characters >= charactersAtOnce) await send();
    },
    async run(options) {
      await send();
      await sending;
      const { runImport } = await api.send(ImportRun, { importId, ...options });
      if (!runImport?.outcome) throw notFound('The import has not come back.');
      return runImport.outcome;
    },
  };
}
