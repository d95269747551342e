import { hashNewPassword, hashPresentedPassword } from '../../../src/server/identity/passwords.ts';
import { newAccessSecret, newRefreshToken } from '../../../src/server/identity/tokens.ts';
import { type Caller, done, type Result } from './driver.ts';
import type { RunInSession, Send, Statement } from './transactions.ts';

// Logging in, changing a password and setting a one-time password, in the same transactions as the API. Hashing is slow,
// so hashes are cached.

/** The one-time password of employees that the SQL driver creates. */
const oneTimePassword = 'for one login only';

const anonymous = { key: null };

export async function logIn(
  runInSession: RunInSession,
  caller: Caller,
  readOnly: boolean,
): Promise<Result> {
  const { email } = caller;
  const passwordHash = await runInSession<{ parameters: string | null }, string>(
    anonymous,
    { text: 'select parameters from auth.password_parameters($1, null)', values: [email] },
    ({ rows }) => hashed(caller.password, rows[0]?.parameters ?? null),
  );
  const refresh = newRefreshToken();
  const access = newAccessSecret();
  interface Outcome {
    outcome: string;
    session_id: string;
    employee_id: number;
    department: string;
  }
  return runInSession<Outcome & Record<string, unknown>, Result>(
    anonymous,
    {
      text: 'select * from auth.log_in($1, $2, $3, $4, $5, null, read_only => $6)',
      values: [email, passwordHash, refresh.digest, access.digest, 'the model', readOnly],
    },
    ({ rows: [row] }) => {
      if (row?.outcome !== 'ok') {
        const code = row?.outcome === 'must_change' ? 'FORBIDDEN' : 'UNAUTHENTICATED';
        return { code, detail: `the login was ${row?.outcome}` };
      }
      return done({
        key: {
          employeeId: row.employee_id,
          sessionId: row.session_id,
          department: row.department,
          secret: access.secret,
          refreshToken: refresh.secret,
          accessToken: null,
        },
      });
    },
  );
}

export async function changePassword(runInSession: RunInSession, caller: Caller): Promise<Result> {
  const me = { key: caller.key, forOwnCredential: true };
  const [parameters, newHash] = await Promise.all([
    runInSession<{ parameters: string | null }, string | null>(
      me,
      { text: 'select parameters from auth.my_password_parameters(null)', values: [] },
      ({ rows }) => rows[0]?.parameters ?? null,
    ),
    hashedNew(caller.nextPassword),
  ]);
  const hash = await hashed(caller.password, parameters);
  return runInSession<{ outcome: string }, Result>(
    me,
    { text: 'select outcome from auth.change_password($1, $2, null)', values: [hash, newHash] },
    ({ rows }) =>
      rows[0]?.outcome === 'changed'
        ? done()
        : { code: 'INVALID', detail: 'the current password is wrong' },
  );
}

/** Gives a new employee a one-time password, in the transaction that creates them. */
export async function setOneTimePassword(send: Send, id: number): Promise<{ password: string }> {
  await send(credential(id, await hashedNew(oneTimePassword)));
  return { password: oneTimePassword };
}

function credential(id: number, hash: string): Statement {
  return {
    text: 'insert into auth.credential (employee_id, password_hash) values ($1, $2)',
    values: [id, hash],
  };
}

const cache = new Map<string, Promise<string>>();

function hashed(password: string, parameters: string | null): Promise<string> {
  return once(`${password} ${parameters}`, () => hashPresentedPassword(password, parameters));
}

function hashedNew(password: string): Promise<string> {
  return once(password, () => hashNewPassword(password));
}

function once(key: string, hash: () => Promise<string>): Promise<string> {
  const known = cache.get(key) ?? hash();
  cache.set(key, known);
  return known;
}
