import type { Api } from '../api/api.ts';
import type { Flag } from '../args/flag.ts';
import { type CliError, notFound } from '../errors.ts';
import type { Column } from '../output/columns.ts';
import { type Verb, verb } from './command.ts';

/** `view`: one record with all its fields. */
export function view<Row>(definition: {
  noun: string;
  id: Flag<number, 'required'>;
  columns: readonly Column<Row>[];
  fetch(api: Api, id: number): Promise<Row | null | undefined>;
}): Verb {
  const { noun, id: requiredId, columns, fetch } = definition;
  return verb({
    name: 'view',
    aliases: ['show'],
    summary: `Show one ${noun} with all its fields`,
    flags: { id: requiredId },
    columns,
    examples: [
      [`${noun} view 12`, ''],
      [`${noun} view 12 --json`, 'as a JSON object'],
    ],
    async run({ api, output, flags, columns: shown }) {
      const row = await fetch(api, flags.id);
      if (!row) throw recordNotFound(noun, flags.id);
      output.record(shown, row);
    },
  });
}

/** “There is no contract 999.” */
export function recordNotFound(noun: string, id: number): CliError {
  return notFound(`There is no ${noun} ${id}.`, `See which there are: epic ${noun} list`);
}

/** How a noun asks before something that cannot be undone: “Delete contract 12 (Dupont SA, 12 500.00 €)?” */
export function confirmationQuestion<Row>(
  noun: string,
  fetch: (api: Api, id: number) => Promise<Row | null | undefined>,
  summaryOf: (row: Row) => string,
): (api: Api, verb: string, id: number) => Promise<string> {
  return async (api, verb, id) => {
    const row = await fetch(api, id);
    if (!row) throw recordNotFound(noun, id);
    return `${verb} ${noun} ${id} (${summaryOf(row)})?`;
  };
}
