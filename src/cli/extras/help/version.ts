import { command } from '../../core/command/command.ts';
import { defineFields } from '../../core/command/fields.ts';
import { version as number } from '../../core/version.ts';

const { columns } = defineFields<{ version: string }>()({
  version: { kind: 'text' },
});

/** `epic version`: what `epic --version` prints, in every format. */
export const version = command({
  flags: {},
  columns,
  examples: [['version', '']],
  async run({ output, columns: shown }) {
    if (output.format === 'people') output.verbatim(`${number}\n`);
    else output.record(shown, { version: number });
  },
});
