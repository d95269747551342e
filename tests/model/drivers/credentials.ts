import { Secret } from 'otpauth';
import { hashNewPassword, hashPresentedPassword } from '../../../src/server/identity/passwords.ts';
import { newAccessSecret, newRefreshToken } from '../../../src/server/identity/tokens.ts';
import { type Caller, codeOf, done, type Result } from './driver.ts';
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
    { text: 'select parameters from identity.password_parameters($1, null)', values: [email] },
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
      text: 'select * from identity.log_in($1, $2, $3, $4, $5, null, read_only => $6, code => $7)',
      values: [
        email,
        passwordHash,
        refresh.digest,
        access.digest,
        'the model',
        readOnly,
        caller.factor && codeOf(caller.factor),
      ],
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

/** Opens a session with an assertion that the program of the caller has signed. */
export function logInThroughProgram(
  runInSession: RunInSession,
  { program }: Caller,
): Promise<Result> {
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
      text: 'select * from identity.authenticate_service($1, $2, $3, null)',
      values: [program?.assertion() ?? '', access.digest, 'the model'],
    },
    ({ rows: [row] }) =>
      row?.outcome === 'ok'
        ? done({
            key: {
              employeeId: row.employee_id,
              sessionId: row.session_id,
              department: row.department,
              secret: access.secret,
              refreshToken: '',
              accessToken: null,
            },
          })
        : { code: 'UNAUTHENTICATED', detail: `the assertion was ${row?.outcome}` },
  );
}

export async function changePassword(runInSession: RunInSession, caller: Caller): Promise<Result> {
  const me = { key: caller.key, forOwnCredential: true };
  const [parameters, newHash] = await Promise.all([
    runInSession<{ parameters: string | null }, string | null>(
      me,
      { text: 'select parameters from identity.my_password_parameters(null)', values: [] },
      ({ rows }) => rows[0]?.parameters ?? null,
    ),
    hashedNew(caller.nextPassword),
  ]);
  const hash = await hashed(caller.password, parameters);
  return runInSession<{ outcome: string }, Result>(
    me,
    { text: 'select outcome from identity.change_password($1, $2, null)', values: [hash, newHash] },
    ({ rows }) =>
      rows[0]?.outcome === 'changed'
        ? done()
        : { code: 'INVALID', detail: 'the current password is wrong' },
  );
}

/** Enables the caller's second factor: a secret is drawn, and its first code sent. */
export async function enableSecondFactor(
  runInSession: RunInSession,
  caller: Caller,
): Promise<Result> {
  const me = { key: caller.key };
  const hash = await ownHash(runInSession, caller);
  const begun = await runInSession<{ outcome: string; secret: Buffer | null }, Secret | null>(
    me,
    { text: 'select * from identity.begin_second_factor($1, null)', values: [hash] },
    ({ rows }) => {
      const secret = rows[0]?.secret;
      return secret ? new Secret({ buffer: Uint8Array.from(secret).buffer }) : null;
    },
  );
  if (begun === null) return { code: 'INVALID', detail: 'the current password is wrong' };
  const enabled = await sendCode(runInSession, caller, {
    text: 'select outcome from identity.enable_second_factor($1, null)',
    values: [codeOf(begun)],
  });
  return { ...enabled, factor: begun };
}

/** Without a second factor any code is sent: there is nothing to compare it with. */
export function confirmSecondFactor(runInSession: RunInSession, caller: Caller): Promise<Result> {
  return sendCode(runInSession, caller, {
    text: 'select outcome from identity.confirm_second_factor($1, null)',
    values: [caller.factor ? codeOf(caller.factor) : '000000'],
  });
}

export async function disableSecondFactor(
  runInSession: RunInSession,
  caller: Caller,
): Promise<Result> {
  const code = caller.factor ? codeOf(caller.factor) : '000000';
  return sendCode(runInSession, caller, {
    text: 'select outcome from identity.disable_second_factor($1, $2, null)',
    values: [await ownHash(runInSession, caller), code],
  });
}

function sendCode(
  runInSession: RunInSession,
  { key }: Caller,
  statement: Statement,
): Promise<Result> {
  return runInSession<{ outcome: string }, Result>({ key }, statement, ({ rows }) =>
    rows[0]?.outcome === 'ok'
      ? done()
      : { code: 'INVALID', detail: `the code was ${rows[0]?.outcome}` },
  );
}

/** The hash of the caller's password, with the parameters that it is kept with. */
async function ownHash(runInSession: RunInSession, caller: Caller): Promise<string> {
  const parameters = await runInSession<{ parameters: string | null }, string | null>(
    { key: caller.key, forOwnCredential: true },
    { text: 'select parameters from identity.my_password_parameters(null)', values: [] },
    ({ rows }) => rows[0]?.parameters ?? null,
  );
  return hashed(caller.password, parameters);
}

/** Gives a new employee a one-time password, in the transaction that creates them. */
export async function setOneTimePassword(send: Send, id: number): Promise<{ password: string }> {
  await send(credential(id, await hashedNew(oneTimePassword)));
  return { password: oneTimePassword };
}

function credential(id: number, hash: string): Statement {
  return {
    text: 'insert into identity.credential (employee_id, password_hash) values ($1, $2)',
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
