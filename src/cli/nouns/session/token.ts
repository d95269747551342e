import { command } from '../../core/command/command.ts';
import type { Column } from '../../core/output/columns.ts';
import { expiryOf } from '../../core/session/session.ts';

interface Token {
  token: string;
  expiresAt: string | null;
  server: string;
}

const columns: readonly Column<Token>[] = [
  { key: 'token', label: 'Token', kind: 'text', value: (t) => t.token },
  { key: 'expiresAt', label: 'Ends', kind: 'instant', value: (t) => t.expiresAt },
  { key: 'server', label: 'Server', kind: 'text', value: (t) => t.server },
];

/** `epic token`: an access token on stdout, for another program. */
export const token = command({
  flags: {},
  columns,
  examples: [
    ['token', ''],
    ['token --json', 'with the moment when it ends'],
  ],
  notes: [
    'A script works with it when it is in EPIC_TOKEN:',
    { lines: ['export EPIC_TOKEN=$(epic token)'] },
    'It is a credential: until it expires, or you log out, it acts as you.',
  ],
  async run({ api, output, fields, columns: shown }) {
    const printed = await api.newAccessToken();
    const ends = expiryOf(printed);
    const expiresAt = ends === undefined ? null : new Date(ends).toISOString();
    const isBare = ['people', 'tsv'].includes(output.format) && fields === undefined;
    if (isBare) output.verbatim(`${printed}\n`);
    else output.record(shown, { token: printed, expiresAt, server: api.server });
  },
});
