import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import {
  type Client,
  type ClientOptions,
  createClient,
  type Session,
  type SessionStore,
} from '../../../src/client/index.ts';
import { cloneDatabase, type TestDatabase } from '../../support/database.ts';
import { addEmployee, password } from '../../support/people.ts';
import { type RunningServer, startServer } from '../../support/server.ts';
import { removeFolder } from '../../support/temporary-folder.ts';

/** A database, a server and its employees, each with a client. */
export interface Office {
  database: TestDatabase;
  server: RunningServer;
  /** A client without a session. */
  stranger(options?: Partial<ClientOptions>): Client;
  /** A new employee of a department. */
  hire(department: string, more?: { mustChange?: boolean }): Promise<Person>;
  /** The same session with an expired access token that the client takes for valid. */
  spent(session: Session): Session;
  close(): Promise<void>;
}

export interface Person {
  id: number;
  email: string;
  /** A client, logged in. */
  client(options?: Partial<ClientOptions>): Promise<Client>;
}

/** Opens an office without employees. */
export async function openOffice(): Promise<Office> {
  const database = await cloneDatabase();
  const folder = await mkdtemp(join(tmpdir(), `epic-test-${process.pid}-client-`));
  const keysFile = join(folder, 'keys.json');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = [privateKey.export({ format: 'jwk' })];
  await writeFile(keysFile, JSON.stringify({ keys }), { mode: 0o600 });
  const server = await startServer(database, { EPIC_JWT_KEYS: keysFile });
  let hired = 0;

  const stranger = (options: Partial<ClientOptions> = {}) =>
    createClient({ url: server.url, ...options });

  return {
    database,
    server,
    stranger,
    async hire(department, more) {
      const email = `person${++hired}@epic.example`;
      const id = await addEmployee(database, { email, department, ...more });
      return {
        id,
        email,
        async client(options) {
          const client = stranger(options);
          await client.login({ email, password });
          return client;
        },
      };
    },
    spent(session) {
      const { header, payload } = jwt.decode(session.accessToken, { complete: true }) ?? {};
      if (!header || typeof payload !== 'object') throw new Error('This is no access token.');
      const past = Math.floor(Date.now() / 1000) - 60;
      const claims = { ...payload, iat: past - 900, exp: past };
      const accessToken = jwt.sign(claims, privateKey, { algorithm: 'ES256', header });
      return { ...session, accessToken, expiresAt: Date.now() + 600_000 };
    },
    async close() {
      await server.stop();
      await database.drop();
      await removeFolder(folder);
    },
  };
}

/** The session that a store keeps. Fails the test when there is none. */
export async function kept(store: SessionStore): Promise<Session> {
  const session = await store.load();
  if (!session) throw new Error('Nobody is logged in.');
  return session;
}
