import { password } from '../server/support/people.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { spawnServer } from '../support/server.ts';
import { type Company, openingCompany, type Session } from './company.ts';
import type { Answer, Door } from './doors/door.ts';
import { graphqlDoor } from './doors/graphql.ts';
import { Keyring } from './doors/keyring.ts';
import { sqlDoor } from './doors/sql.ts';
import type { DoorName, Step } from './operations.ts';
import { openStore, type Store } from './store.ts';

// An access token is good for a quarter of an hour.
const renewAfter = 10 * 60 * 1000;

/** The real thing: a database with the opening company, the doors to it, and what everybody holds. */
export interface Office {
  store: Store;
  /** Begins anew. Everybody who is active has a session. */
  open(): Promise<Company>;
  /** Does a step in a session; a login opens one. */
  perform(step: Step, session: Session | null, company: Company): Promise<Outcome>;
  close(): Promise<void>;
}

export interface Outcome extends Answer {
  opened?: Session;
}

/** Opens an office with these doors, on a database of its own that is arranged first. */
export async function openOffice(
  doorNames: readonly DoorName[],
  arrange?: (database: TestDatabase) => Promise<void>,
): Promise<Office> {
  const database = await cloneDatabase();
  await arrange?.(database);
  const store = await openStore(database, openingCompany());
  const sql = await sqlDoor(database.authenticatorUrl);
  const server = doorNames.includes('GraphQL') ? await spawnServer(database) : null;
  const graphql = server && graphqlDoor(server.url);
  const doors: Record<DoorName, Door> = { SQL: sql, GraphQL: graphql ?? sql };

  let opening = { company: openingCompany(), keyring: new Keyring(), at: 0 };
  let keyring = opening.keyring;

  async function logEverybodyIn(): Promise<void> {
    opening = { company: openingCompany(), keyring: new Keyring(), at: Date.now() };
    for (const me of opening.company.employee.values()) {
      if (!me.active) continue;
      const caller = { key: null, email: me.email, password, nextPassword: '' };
      const { key, detail } = await doors.GraphQL.perform({ verb: 'log in' }, caller);
      if (key === undefined) throw new Error(`${me.full_name} could not log in: ${detail}`);
      opening.company.sessions.push(opening.keyring.add(key, me));
    }
    await store.keep();
  }

  return {
    store,

    async open() {
      if (opening.at > 0) await store.reset();
      if (Date.now() - opening.at > renewAfter) await logEverybodyIn();
      keyring = opening.keyring.copy();
      return opening.company;
    },

    async perform({ by, through, operation }, session, company) {
      const me = company.employee.get(by ?? 0);
      const nextPassword = keyring.nextPasswordOf(by);
      const answer = await doors[through].perform(operation, {
        key: keyring.keyOf(session),
        email: me?.email ?? 'nobody@epic.example',
        password: keyring.passwordOf(by),
        nextPassword,
      });
      const { code, key, id, password: given } = answer;
      if (id !== undefined && given !== undefined) keyring.setPassword(id, given);
      if (code === 'OK' && operation.verb === 'change password' && me) {
        keyring.setPassword(me.id, nextPassword);
      }
      if (operation.verb !== 'log in') return answer;
      // How failed logins lock an account is told elsewhere.
      if (key === undefined || me === undefined) await store.forgetFailedLogins();
      if (key === undefined || me === undefined) return answer;
      const furnished = key.accessToken === null && graphql ? await graphql.furnish(key) : key;
      return { ...answer, opened: keyring.add(furnished, me) };
    },

    async close() {
      await sql.close();
      await store.close();
      await server?.stop();
      await database.drop();
    },
  };
}
