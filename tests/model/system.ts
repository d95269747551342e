import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { password } from '../support/people.ts';
import { newProgram, type Program } from '../support/programs.ts';
import { spawnServer } from '../support/server.ts';
import { CredentialStore } from './drivers/credential-store.ts';
import type { Driver, Result } from './drivers/driver.ts';
import { graphqlDriver } from './drivers/graphql.ts';
import { sqlDriver } from './drivers/sql.ts';
import type { DriverName, Step } from './operations.ts';
import { initialState, type Session, type State } from './state.ts';
import { openStore, type Store } from './store.ts';

// An access token is valid for a quarter of an hour.
const renewSessionsAfterMs = 10 * 60 * 1000;

/** A database with the initial state, the drivers to it, and the credentials of the employees. */
export interface SystemUnderTest {
  store: Store;
  /** Resets to the initial state, in which every active employee has a session. */
  open(): Promise<State>;
  /** Runs a step in a session; a login opens one. */
  perform(step: Step, session: Session | null, state: State): Promise<Outcome>;
  close(): Promise<void>;
}

export interface Outcome extends Result {
  opened?: Session;
}

/** Starts a system with these drivers, on a database of its own that `arrange` may change first. */
export async function startSystem(
  driverNames: readonly DriverName[],
  arrange?: (database: TestDatabase) => Promise<void>,
): Promise<SystemUnderTest> {
  const database = await cloneDatabase();
  await arrange?.(database);
  const store = await openStore(database, initialState());
  const sql = await sqlDriver(database.authenticatorUrl);
  const server = driverNames.includes('GraphQL') ? await spawnServer(database) : null;
  const graphql = server && graphqlDriver(server.url);
  const drivers: Record<DriverName, Driver> = { SQL: sql, GraphQL: graphql ?? sql };

  let initial = { state: initialState(), credentials: new CredentialStore(), at: 0 };
  let credentials = initial.credentials;

  const programs = new Map<number, Program>();

  async function logInAll(): Promise<void> {
    initial = { state: initialState(), credentials: new CredentialStore(), at: Date.now() };
    for (const me of initial.state.employee.values()) {
      if (!me.active) continue;
      if (!programs.has(me.id)) {
        programs.set(me.id, await newProgram(database, `program-${me.id}`, me.email));
      }
      const caller = {
        key: null,
        email: me.email,
        password,
        nextPassword: '',
        factor: null,
        program: null,
      };
      const { key, detail } = await drivers.GraphQL.perform(
        { verb: 'log in', readOnly: false },
        caller,
      );
      if (key === undefined) throw new Error(`${me.full_name} could not log in: ${detail}`);
      initial.state.sessions.push(initial.credentials.add(key, me));
    }
    await store.saveBaseline();
  }

  return {
    store,

    async open() {
      if (initial.at > 0) await store.reset();
      if (Date.now() - initial.at > renewSessionsAfterMs) await logInAll();
      credentials = initial.credentials.copy();
      return initial.state;
    },

    async perform({ by, via, operation }, session, state) {
      const me = state.employee.get(by ?? 0);
      const nextPassword = credentials.nextPasswordOf(by);
      const factor = credentials.factorOf(by);
      // A code is good once, and these steps take less than the half minute until the next.
      if (factor !== null) await store.forgetUsedCodes();
      const isProgram = operation.verb === 'log in through a program';
      // a session that a program opens through SQL has no refresh token to get an access token for
      const driver = isProgram ? drivers.GraphQL : drivers[via];
      const answer = await driver.perform(operation, {
        key: credentials.keyOf(session),
        email: me?.email ?? 'nobody@epic.example',
        password: credentials.passwordOf(by),
        nextPassword,
        factor,
        program: programs.get(by ?? 0) ?? null,
      });
      const { code, key, id, password: given } = answer;
      if (id !== undefined && given !== undefined) credentials.setPassword(id, given);
      if (code === 'OK' && operation.verb === 'change password' && me) {
        credentials.setPassword(me.id, nextPassword);
      }
      if (code === 'OK' && me) {
        if (answer.factor) credentials.setFactor(me.id, answer.factor);
        if (operation.verb === 'disable second factor') credentials.setFactor(me.id, null);
      }
      if (operation.verb !== 'log in' && !isProgram) return answer;
      // Locks after failed logins are not modelled.
      if (key === undefined || me === undefined) await store.forgetFailedLogins();
      if (key === undefined || me === undefined) return answer;
      const tokens =
        key.accessToken === null && graphql && !isProgram
          ? await graphql.issueAccessToken(key)
          : key;
      return {
        ...answer,
        opened: credentials.add(tokens, me, {
          isReadOnly: operation.verb === 'log in' && operation.readOnly,
          isProgram,
        }),
      };
    },

    async close() {
      await sql.close();
      await store.close();
      await server?.stop();
      await database.drop();
    },
  };
}
