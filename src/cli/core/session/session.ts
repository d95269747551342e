import type { Session } from '../../../client/index.ts';
import { usageError } from '../errors.ts';
import type { Found, Settings } from '../settings/settings.ts';
import { createSessionStore, type SessionStore } from './store.ts';

const standard = 'http://127.0.0.1:4000';

/** The address to talk to, as typed or remembered: an http(s) URL without a trailing slash. */
export function serverAddress(choices: {
  flag: string | undefined;
  set: Found | undefined;
  remembered: string | null;
}): string {
  const source = choices.flag ? '--server' : (choices.set?.variable ?? 'epic config');
  const typed = choices.flag || choices.set?.value;
  if (!typed) return choices.remembered ?? standard;
  const url = URL.parse(typed.includes('://') ? typed : `http://${typed}`);
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password) {
    throw usageError(`${source}: “${typed}” is not an address.`, `Write it like ${standard}.`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

const isToken = /^[\w-]+\.([\w-]+)\.[\w-]+$/;

/** Seconds since 1970, as far as a `Date` goes. */
const isMoment = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) <= 8.64e12;

function claimsOf(token: string): { exp?: unknown; zoneinfo?: unknown } {
  const [, payload = ''] = isToken.exec(token) ?? [];
  try {
    return Object(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  } catch {
    return {};
  }
}

/** When an access token ends, in milliseconds since 1970; undefined when it is no access token. */
export function expiryOf(token: string): number | undefined {
  const { exp } = claimsOf(token);
  return isMoment(exp) ? exp * 1000 : undefined;
}

/** The zone of the company's times, as an access token says; undefined of a server that does not say. */
function companyZoneOf(token: string): string | undefined {
  const { zoneinfo } = claimsOf(token);
  return typeof zoneinfo === 'string' && /^[\w/+-]+$/.test(zoneinfo) ? zoneinfo : undefined;
}

/** The session of an access token alone, which cannot be refreshed. */
export function sessionOfToken(token: string): Session | undefined {
  const expiresAt = expiryOf(token);
  if (expiresAt === undefined) return undefined;
  return { email: '', accessToken: token, expiresAt, refreshToken: null };
}

/** A store whose session is the token of EPIC_TOKEN: it reads and writes no session on disk. */
export function envTokenStore(token: string, kept: SessionStore): SessionStore {
  const session = sessionOfToken(token);
  if (!session) {
    throw usageError(
      'EPIC_TOKEN is not an access token.',
      'Set it to what “epic token” prints, or take it away: unset EPIC_TOKEN',
    );
  }
  return {
    last: kept.last,
    find: async () => session,
    save: async () => {},
    forget: async () => {},
    exclusively: (work) => work(),
  };
}

/** Where a command works, and as whom. */
export interface ResolvedSession {
  server: string;
  store: SessionStore;
  /** The token of EPIC_TOKEN, which comes before the session that is stored. */
  envToken: string | undefined;
  /** The zone of the company's times, which came with the session. */
  companyZone: string | undefined;
}

/** Where and as whom, by `--server`, the settings and the last login. A usage error when the address is none. */
export async function resolveSession(
  env: NodeJS.ProcessEnv,
  settings: Settings,
  flag: string | undefined,
): Promise<ResolvedSession> {
  const store = createSessionStore(env);
  const { server: remembered } = await store.last();
  const server = serverAddress({ flag, set: settings.find('server'), remembered });
  // An empty variable is what a script has whose secret is missing.
  const envToken = env.EPIC_TOKEN || undefined;
  const token = envToken ?? (await store.find(server))?.accessToken;
  return { server, store, envToken, companyZone: token && companyZoneOf(token) };
}
