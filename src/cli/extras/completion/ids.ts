import { type Api, createApi } from '../../core/api/api.ts';
import { localDay } from '../../core/output/format.ts';
import { notificationText } from '../../core/output/notification.ts';
import type { Streams } from '../../core/output/output.ts';
import { resolveSession } from '../../core/session/session.ts';
import { createSettings } from '../../core/settings/settings.ts';
import { titleOf } from '../../nouns/note/fields.ts';
import {
  ClientNames,
  ContractNames,
  EmployeeNames,
  EventNames,
  NoteNames,
  NotificationNames,
  SessionNames,
} from '../../operations/index.ts';

/** What could be typed next, as a whole word, and what it means. */
export interface Candidate {
  value: string;
  about: string;
}

const timeoutMs = 1_000;
/** A token that expires sooner is refreshed first. */
const refreshMarginMs = 15_000;

interface Named {
  id: number | string;
}

/** One's own records before those of others. */
function described<Row extends Named>(
  lists: readonly { nodes: readonly Row[] }[],
  about: (row: Row) => string,
): Candidate[] {
  const rows = lists.flatMap(({ nodes }) => nodes);
  const byId = new Map(rows.map((row) => [String(row.id), row]));
  return [...byId].map(([value, row]) => ({ value, about: about(row) }));
}

const queries: Record<string, (api: Api) => Promise<Candidate[]>> = {
  client: async (api) => {
    const { mine, all } = await api.send(ClientNames, {});
    return described([mine, all], (client) =>
      client.companyName ? `${client.companyName}, ${client.fullName}` : client.fullName,
    );
  },
  contract: async (api) => {
    const { mine, all } = await api.send(ContractNames, {});
    return described([mine, all], ({ clientName, status }) => `${clientName}, ${status}`);
  },
  event: async (api) => {
    const { mine, all } = await api.send(EventNames, {});
    return described(
      [mine, all],
      ({ title, startDate }) => `${title}, ${localDay(new Date(startDate))}`,
    );
  },
  employee: async (api) =>
    described(
      [(await api.send(EmployeeNames, {})).all],
      ({ fullName, department }) => `${fullName}, ${department}`,
    ),
  note: async (api) => {
    const { mine, all } = await api.send(NoteNames, {});
    return described([mine, all], titleOf);
  },
  notification: async (api) =>
    described([(await api.send(NotificationNames, {})).all], notificationText),
  session: async (api) =>
    described([(await api.send(SessionNames, {})).all], ({ userAgent }) => userAgent ?? ''),
};

/** The ids of a kind of record that the logged-in employee may read; throws when the server does not answer in time. */
export async function idsOf(
  noun: string,
  flag: string | undefined,
  { env, stderr }: Pick<Streams, 'env' | 'stderr'>,
): Promise<Candidate[]> {
  const query = queries[noun];
  const whose = await resolveSession(env, createSettings(env), flag);
  const { server, store, envToken } = whose;
  const session = envToken === undefined ? await store.find(server) : undefined;
  if (!query || (!session && envToken === undefined)) return [];
  const interrupted = AbortSignal.timeout(timeoutMs);
  // a refresh must not be cut short, or the session is lost: it begins only when the server answers
  if (session && session.expiresAt - Date.now() < refreshMarginMs) {
    await fetch(`${server}/healthz`, { signal: interrupted, redirect: 'error' });
  }
  return query(createApi({ ...whose, interrupted, stderr }));
}
