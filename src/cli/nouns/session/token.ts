import type { Api } from '../../core/api/api.ts';
import { toggle } from '../../core/args/flag.ts';
import { command } from '../../core/command/command.ts';
import { defineFields } from '../../core/command/fields.ts';
import { CliError } from '../../core/errors.ts';
import { expiryOf } from '../../core/session/session.ts';
import { ReadOnlyTokenCreate } from '../../operations/index.ts';

interface Token {
  token: string;
  expiresAt: string | null;
  server: string;
}

const { columns } = defineFields<Token>()({
  token: { kind: 'text' },
  ends: { api: 'expiresAt', kind: 'instant' },
  server: { kind: 'text' },
});

/** It expires with the token that it is asked for with: a fresh one. */
async function readOnlyToken(api: Api): Promise<string> {
  const { createReadOnlyToken: created } = await api.send(ReadOnlyTokenCreate, {});
  if (created) return created.accessToken;
  throw new CliError({ code: 'INTERNAL', message: 'The server gave no token.' });
}

/** `epic token`: an access token on stdout, for another program. */
export const token = command({
  flags: {
    readOnly: toggle('--read-only', 'one that only reads, for a program that need not write'),
  },
  columns,
  examples: [
    ['token', ''],
    ['token --read-only', 'good for reading only; it ends when you log out'],
    ['token --json', 'with the moment when it ends'],
  ],
  notes: [
    'A script works with it when it is in EPIC_TOKEN:',
    { lines: ['export EPIC_TOKEN=$(epic token)'] },
    'It is a credential: until it expires, or you log out, it acts as you.',
  ],
  async run({ api, output, flags, fields, columns: shown }) {
    const own = await api.newAccessToken();
    const printed = flags.readOnly ? await readOnlyToken(api) : own;
    const ends = expiryOf(printed);
    const expiresAt = ends === undefined ? null : new Date(ends).toISOString();
    const isBare = ['people', 'tsv'].includes(output.format) && fields === undefined;
    if (isBare) output.verbatim(`${printed}\n`);
    else output.record(shown, { token: printed, expiresAt, server: api.server });
  },
});
