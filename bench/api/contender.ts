import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import type { Claims } from '../../src/server/database/claims.ts';
import { loadKeys } from '../../src/server/identity/keys.ts';
import { createTokens, expiryOf } from '../../src/server/identity/tokens.ts';

/** What a contender in a process of its own is started with: one argument, as JSON. */
export interface Setup {
  /** Of the login role of the server. */
  databaseUrl: string;
  /** Of a superuser. */
  adminUrl: string;
  /** Whom row-level security does not bind; only for the database alone. */
  bypassRole?: string;
  keysFile: string;
  issuer: string;
}

/** As many connections as the server has. */
export const poolSize = 10;

/** The settings that the server gives its connections. */
export const connectionSettings = 'set jit = off; set random_page_cost = 1.1';

export function setup(): Setup {
  return JSON.parse(process.argv[2] ?? '') as Setup;
}

/** A pool of the server's size and settings. */
export function createPool(databaseUrl: string, config: pg.PoolConfig = {}): pg.Pool {
  return new pg.Pool({
    connectionString: databaseUrl,
    max: poolSize,
    onConnect: async (client) => {
      await client.query(connectionSettings);
    },
    ...config,
  });
}

/** Verifies the token of an `authorization` header as the server does, and remembers it until it expires. */
export function createTokenCheck({ keysFile, issuer }: Setup): (header?: string) => Claims {
  const tokens = createTokens(loadKeys(keysFile), { issuer, timeZone: 'Europe/Paris' });
  const known = new Map<string, { claims: Claims; expiresAt: number }>();
  return (header) => {
    const token = header?.startsWith('Bearer ') ? header.slice(7) : '';
    const remembered = known.get(token);
    if (remembered !== undefined && remembered.expiresAt > Date.now()) return remembered.claims;
    const claims = tokens.verify(token);
    known.set(token, { claims, expiresAt: expiryOf(token).getTime() });
    return claims;
  };
}

/** Enters the session of a caller. */
export const enterText = 'select identity.enter($1, $2, $3, $4, false)';

/** The parameters of enterText. */
export function enterValues({ employeeId, sessionId, department, secret }: Claims) {
  return [String(employeeId), sessionId, department, Buffer.from(secret, 'base64url')];
}

/** Serves on a free port of this machine, and tells the parent process which. */
export function listen(listener: RequestListener): void {
  const server = createServer(listener).listen(0, '127.0.0.1', () => {
    announce((server.address() as AddressInfo).port);
  });
}

export function announce(port: number): void {
  process.send?.({ port });
  process.once('disconnect', () => process.exit());
}

/** The schema of the API. */
export function schemaText(): string {
  return readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
}
