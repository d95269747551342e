import type { Api } from '../../core/api/api.ts';
import { several, toggle } from '../../core/args/flag.ts';
import { Invalid, type Parser } from '../../core/args/parser.ts';
import { type Noun, verb } from '../../core/command/command.ts';
import { defineFields } from '../../core/command/fields.ts';
import { list } from '../../core/command/list.ts';
import { notFound, usageError } from '../../core/errors.ts';
import {
  type MySessionOrderBy,
  type OpenSessionFieldsFragment,
  SessionList,
  SessionRevoke,
  SessionRevokeOthers,
} from '../../operations/index.ts';

type Session = OpenSessionFieldsFragment;

const fields = defineFields<Session, object, object, MySessionOrderBy>()({
  id: { kind: 'text', priority: 0, abbreviated: 8 },
  lastUsed: { api: 'lastUsedAt', kind: 'instant', priority: 0, sort: 'LAST_USED_AT' },
  loggedIn: { api: 'createdAt', kind: 'instant', priority: 3 },
  program: { api: 'userAgent', kind: 'text', priority: 1, least: 8 },
  endsIfUnused: { api: 'expiresAt', kind: 'instant', priority: 4 },
  current: { kind: 'flag', priority: 0 },
  readOnly: { kind: 'flag', priority: 3 },
  endsAtTheLatest: { api: 'endsAt', kind: 'instant', priority: 5 },
});

/** An id, or as much of its beginning as tells it from the others. */
const beginning: Parser<string> = (typed) => {
  const id = typed.trim().toLowerCase();
  if (/^[0-9a-f-]{4,36}$/.test(id)) return id;
  throw new Invalid(`“${typed}” is not the id of a session, nor its first letters.`);
};

const listSessions = list(fields, {
  summary: 'List where you are logged in',
  flags: {},
  sortedBy: 'LAST_USED_AT_DESC',
  ifEmpty: 'Nowhere.',
  examples: [['session list', '']],
  fetch: async (api, _, page) => (await api.send(SessionList, page)).mySessions,
});

async function openSessions(api: Api): Promise<Session[]> {
  const { mySessions } = await api.send(SessionList, { first: 1000 });
  return mySessions.nodes;
}

function named(open: readonly Session[], typed: string): Session {
  const [found, another] = open.filter(({ id }) => id.startsWith(typed));
  const hint = 'See which there are: epic session list';
  if (!found) throw notFound(`You have no session ${typed}.`, hint);
  if (another) throw usageError(`Several sessions begin with ${typed}: write more of it.`, hint);
  return found;
}

const revokeSessions = verb({
  name: 'revoke',
  summary: 'End sessions that you have elsewhere',
  flags: {
    ids: several('[ids...]', 'their ids, or how these begin', beginning),
    others: toggle('--others', 'all but this one'),
  },
  columns: fields.columns,
  examples: [
    ['session revoke 3f2a91c4', ''],
    ['session revoke --others', 'if a machine with your session was lost'],
  ],
  async run({ api, output, flags, columns: shown }) {
    const { ids, others } = flags;
    if (others === ids.length > 0) {
      throw usageError(
        'Name the sessions to end, or say --others.',
        'epic session revoke --others',
      );
    }
    const open = await openSessions(api);
    const ended = others
      ? open.filter(({ current }) => !current)
      : [...new Set(ids.map((typed) => named(open, typed)))];
    if (others) await api.send(SessionRevokeOthers, {});
    else for (const { id } of ended) await api.send(SessionRevoke, { id });
    const count = ended.length === 1 ? '1 session' : `${ended.length} sessions`;
    await output.changedAll(`${count} ended.`, shown, ended);
  },
});

export const session: Noun = {
  fields: fields.columns,
  commands: [listSessions, revokeSessions],
};
