import { type Verb, verb } from './command.ts';
import { type RecordNoun, recordNotFound } from './record.ts';

/** `view`: one record with all its fields. */
export function view<Row>({ name, id, fields, fetch }: RecordNoun<Row>): Verb {
  return verb({
    name: 'view',
    aliases: ['show'],
    summary: `Show one ${name} with all its fields`,
    flags: { id },
    columns: fields.columns,
    examples: [
      [`${name} view 12`, ''],
      [`${name} view 12 --json`, 'as a JSON object'],
    ],
    async run({ api, output, flags, columns: shown }) {
      const row = await fetch(api, flags.id);
      if (!row) throw recordNotFound(name, flags.id);
      output.record(shown, row);
    },
  });
}
