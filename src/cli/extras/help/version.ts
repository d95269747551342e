import { command } from '../../core/command/command.ts';
import type { Column } from '../../core/output/columns.ts';
import { version as number } from '../../core/version.ts';

const columns: readonly Column<{ version: string }>[] = [
  { key: 'version', label: 'Version', kind: 'text', value: (row) => row.version },
];

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
