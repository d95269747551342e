import { hashNewPassword, hashPresentedPassword } from '../../../src/server/identity/passwords.ts';
import { newRefreshToken } from '../../../src/server/identity/tokens.ts';
import { type Answer, type Caller, done } from './door.ts';
import type { InSession, Send, Statement } from './transactions.ts';

// Logging in, one's own password and a newcomer's, in the transactions in which the API does them. Hashing is
// slow on purpose, so what was hashed once is kept.

/** What the SQL door gives to whom it hires. */
const oneTimePassword = 'for one login only';

const anonymous = { key: null };

export async function logIn(inSession: InSession, caller: Caller): Promise<Answer> {
  const { email } = caller;
  const passwordHash = await inSession<{ parameters: string | null }, string>(
    anonymous,
    { text: 'select parameters from auth.password_parameters($1, null)', values: [email] },
    ({ rows }) => hashed(caller.password, rows[0]?.parameters ?? null),
  );
  const { refreshToken, digest } = newRefreshToken();
  interface Outcome {
    outcome: string;
    session_id: string;
    employee_id: number;
    department: string;
  }
  return inSession<Outcome & Record<string, unknown>, Answer>(
    anonymous,
    {
      text: 'select * from auth.log_in($1, $2, $3, $4, null)',
      values: [email, passwordHash, digest, 'the model'],
    },
    ({ rows: [row] }) => {
      if (row?.outcome !== 'ok') {
        return { code: 'UNAUTHENTICATED', detail: `the login was ${row?.outcome}` };
      }
      return done({
        key: {
          employeeId: row.employee_id,
          sessionId: row.session_id,
          department: row.department,
          refreshToken,
          accessToken: null,
        },
      });
    },
  );
}

export async function changePassword(inSession: InSession, caller: Caller): Promise<Answer> {
  const me = { key: caller.key, forOwnCredential: true };
  const [parameters, newHash] = await Promise.all([
    inSession<{ parameters: string | null }, string | null>(
      me,
      { text: 'select parameters from auth.my_password_parameters(null)', values: [] },
      ({ rows }) => rows[0]?.parameters ?? null,
    ),
    hashedAnew(caller.nextPassword),
  ]);
  const hash = await hashed(caller.password, parameters);
  return inSession<{ outcome: string }, Answer>(
    me,
    { text: 'select outcome from auth.change_password($1, $2, null)', values: [hash, newHash] },
    ({ rows }) =>
      rows[0]?.outcome === 'changed'
        ? done()
        : { code: 'INVALID', detail: 'the current password is wrong' },
  );
}

/** Gives a new employee a one-time password, in the transaction that creates them. */
export async function introduce(send: Send, id: number): Promise<{ password: string }> {
  await send(credential(id, await hashedAnew(oneTimePassword)));
  return { password: oneTimePassword };
}

function credential(id: number, hash: string): Statement {
  return {
    text: 'insert into auth.credential (employee_id, password_hash) values ($1, $2)',
    values: [id, hash],
  };
}

const kept = new Map<string, Promise<string>>();

function hashed(password: string, parameters: string | null): Promise<string> {
  return once(`${password} ${parameters}`, () => hashPresentedPassword(password, parameters));
}

function hashedAnew(password: string): Promise<string> {
  return once(password, () => hashNewPassword(password));
}

function once(key: string, hash: () => Promise<string>): Promise<string> {
  const known = kept.get(key) ?? hash();
  kept.set(key, known);
  return known;
}
