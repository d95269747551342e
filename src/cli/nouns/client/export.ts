import { optional } from '../../core/args/flag.ts';
import { line } from '../../core/args/parsers.ts';
import { keepIfPassing } from '../../core/command/change.ts';
import { type Verb, verb } from '../../core/command/command.ts';
import { permissionQuery } from '../../core/command/permission.ts';
import type { RecordNoun } from '../../core/command/record.ts';
import { withHint } from '../../core/hints.ts';
import { ClientExport } from '../../operations/index.ts';
import type { Client } from './fields.ts';

/** `client export`: all there is about a client, for the person who asks for it. */
export const exportClient = ({ id }: RecordNoun<Client>): Verb => ({
  permissionQuery: permissionQuery('client', { id }, { verb: 'export' }),
  ...verb({
    name: 'export',
    summary: 'Export all there is about a client, on their request',
    flags: {
      id,
      output: optional('--output <file>', 'write to this file, replacing it', line(4096)),
    },
    columns: [],
    examples: [['client export 12 --output client-12.json', 'to be given to the client']],
    notes: [
      'One JSON object in every format, as the database has it: the client, what belongs to them, the history and the notifications of all that, and which columns are personal data: those that client erase clears.',
    ],
    async run({ api, output, flags, draft }) {
      try {
        const { exportClient: answer } = await api.send(ClientExport, { id: flags.id });
        const text = `${JSON.stringify(answer?.exported, null, 2)}\n`;
        if (flags.output === undefined) return output.verbatim(text);
        const { writeWhole } = await import('../../core/output/file.ts');
        await writeWhole(flags.output, text);
        output.note(`All there is about client ${flags.id} is in ${flags.output}.`);
      } catch (error) {
        keepIfPassing(draft, error);
        throw withHint(error, { noun: 'client', name: 'export', id: flags.id });
      }
    },
  }),
});
