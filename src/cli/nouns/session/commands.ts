import type { Api } from '../../core/api/api.ts';
import { optional, toggle } from '../../core/args/flag.ts';
import { email } from '../../core/args/parsers.ts';
import { command, type Services } from '../../core/command/command.ts';
import { CliError, usageError } from '../../core/errors.ts';
import type { Column } from '../../core/output/columns.ts';
import { askForCode } from '../../core/prompts/code.ts';
import {
  ChangePassword,
  SecondFactorStatus,
  WhoAmI,
  type WhoAmIQuery,
} from '../../operations/index.ts';
import { chooseNewPassword, codeAfterPassword, readPasswords, withPassword } from './passwords.ts';

interface Person {
  id: number;
  fullName: string;
  email: string;
  department: string;
  server: string;
  mustChangePassword: boolean;
  readOnly: boolean;
}

const columns: readonly Column<Person>[] = [
  { key: 'id', label: 'ID', kind: 'id', value: (p) => p.id },
  { key: 'name', label: 'Name', kind: 'text', value: (p) => p.fullName },
  { key: 'email', label: 'E-mail', kind: 'text', value: (p) => p.email },
  { key: 'department', label: 'Department', kind: 'text', value: (p) => p.department },
  { key: 'server', label: 'Server', kind: 'text', value: (p) => p.server },
];

const readOnly: Column<Person> = {
  key: 'readOnly',
  label: 'Read-only',
  kind: 'flag',
  value: (p) => p.readOnly,
};

const loginColumns: readonly Column<Person>[] = [
  ...columns,
  {
    key: 'mustChangePassword',
    label: 'Must change password',
    kind: 'flag',
    value: (p) => p.mustChangePassword,
  },
  readOnly,
];

const passwordStdin = '--password-stdin';

const changePassword = (api: Api, currentPassword: string, newPassword: string) =>
  api.send(ChangePassword, { input: { currentPassword, newPassword } });

const kindOf = (error: unknown) => (error instanceof CliError ? error.problem.kind : undefined);

/** Asks for new passwords until the server accepts one; it is kept where the current one was wrong. */
function replacePassword({ api, output, prompts }: Services) {
  let chosen: string | undefined;
  return async (currentPassword: string): Promise<void> => {
    for (;;) {
      chosen ??= await chooseNewPassword(prompts, output.note);
      try {
        await changePassword(api, currentPassword, chosen);
        return;
      } catch (error) {
        const isRefused = error instanceof CliError && error.problem.code === 'INVALID';
        if (!isRefused || error.problem.kind === 'password_wrong') throw error;
        output.problem(error.problem);
        chosen = undefined;
      }
    }
  };
}

/** A failed login is told without the advice to log in. */
function loginRefused(error: unknown, code: string | undefined): unknown {
  if (!(error instanceof CliError) || error.problem.kind !== 'login_refused') return error;
  const told = code
    ? {
        message: 'E-mail, password or code is wrong, or the code was used before.',
        hint: 'Check them, then try again: epic login',
      }
    : { hint: 'Check both, then try again: epic login' };
  return new CliError({ ...error.problem, ...told }, { cause: error });
}

/** A code of the app is six digits. */
const isRecoveryCode = (code: string) => /[a-z]/i.test(code);

async function noteCodesLeft({ api, output }: Services): Promise<void> {
  const { mySecondFactor } = await api.send(SecondFactorStatus, {});
  const left = mySecondFactor?.recoveryCodesLeft;
  output.note(
    `Recovery codes left: ${left}. For ten new ones, or for another phone:`,
    'epic second-factor recovery-codes',
    'epic second-factor disable, then enable',
  );
}

export const login = command({
  flags: {
    email: optional('--email <address>', 'your e-mail address', email),
    passwordStdin: toggle(passwordStdin, 'read the password from stdin'),
    codeStdin: codeAfterPassword,
    readOnly: toggle('--read-only', 'only read: change nothing in this session'),
    withToken: toggle('--with-token', 'go on with a token from stdin, without a password'),
  },
  columns: loginColumns,
  examples: [
    ['login', 'asks for e-mail address and password'],
    ['login --email ana@epic.example --password-stdin < password.txt', 'for a script'],
    [
      'login --email ana@epic.example --password-stdin --code-stdin < both.txt',
      'the password, then a code of the second factor',
    ],
    ['login --with-token < token.txt', 'a token of “epic token”, or a refresh token of the API'],
    ['login --read-only', 'to look around, and change nothing by mistake'],
    ['login --server https://crm.epic.example', 'another server, remembered from then on'],
  ],
  async run(invocation) {
    const { api, store, output, prompts, flags, columns: shown } = invocation;
    refuseIfLent(api);
    if (flags.withToken) {
      if (flags.email || flags.passwordStdin || flags.codeStdin || flags.readOnly) {
        throw usageError('--with-token: a token says who you are. Leave the other flags out.');
      }
      const { adoptToken } = await import('./adopt-token.ts');
      const employee = await adoptToken(invocation);
      const person = {
        ...employee,
        server: api.server,
        mustChangePassword: false,
        readOnly: isReadOnly(await api.send(WhoAmI, {})),
      };
      output.changed(welcome(person), shown, person);
      return;
    }
    if (isReadableByOthers(api.server)) {
      output.note(`Careful: ${api.server} is not encrypted, and others may read your password.`);
    }
    let address = flags.email;
    if (!address) {
      if (!prompts.possible) throw usageError('--email is missing: your e-mail address.');
      const initial = (await store.last()).email ?? undefined;
      address = email(await prompts.line('E-mail', { initial, check: isEmail }));
    }
    let password = '';
    let sent: string | undefined;
    const logIn = (code?: string) => {
      sent = code;
      return api.login({ email: address, password, code, readOnly: flags.readOnly });
    };
    const { employee, mustChangePassword: isOneTime } = await withPassword(
      'Password',
      invocation,
      async (typed, code) => {
        password = typed;
        try {
          return await logIn(code);
        } catch (error) {
          if (kindOf(error) !== 'second_factor_required' || !prompts.possible) throw error;
          return askForCode(invocation, logIn);
        }
      },
      // with a code, the password was right
      (error) => kindOf(error) === 'login_refused' && sent === undefined,
    ).catch((error: unknown) => {
      throw loginRefused(error, sent);
    });

    let mustChangePassword = isOneTime;
    if (mustChangePassword && prompts.possible) {
      output.note('This password was for one login only. Choose your own.');
      await replacePassword(invocation)(password);
      mustChangePassword = false;
    }
    const person = {
      ...employee,
      server: api.server,
      mustChangePassword,
      readOnly: flags.readOnly,
    };
    output.changed(welcome(person), shown, person);
    if (mustChangePassword) {
      output.note('Before anything else, choose a password of your own: epic password');
    } else if (sent && isRecoveryCode(sent)) await noteCodesLeft(invocation);
  },
});

const welcome = ({ fullName, department, server, readOnly }: Person) =>
  `Logged in as ${fullName}, ${department}, at ${server}${readOnly ? ', to read only' : ''}.`;

/** The session of EPIC_TOKEN is begun and ended where it comes from. */
function refuseIfLent({ usesEnvToken }: Api): void {
  if (!usesEnvToken) return;
  throw usageError(
    'EPIC_TOKEN says who you are, and this would not change it.',
    'Take it away first: unset EPIC_TOKEN',
  );
}

function isReadableByOthers(server: string): boolean {
  const { protocol, hostname } = new URL(server);
  return protocol === 'http:' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

function isEmail(typed: string): true | string {
  try {
    email(typed);
    return true;
  } catch (error) {
    return error instanceof Error ? error.message : 'That is not an e-mail address.';
  }
}

const codeOf = (error: unknown) => (error instanceof CliError ? error.problem.code : undefined);

export const logout = command({
  flags: {},
  columns: [
    { key: 'server', label: 'Server', kind: 'text', value: (at: { server: string }) => at.server },
  ],
  examples: [['logout', '']],
  async run({ api, store, output, columns: shown }) {
    refuseIfLent(api);
    const { server } = api;
    if (!(await store.find(server))) {
      output.changed(`You were not logged in at ${server}.`, shown, { server });
      return;
    }
    await api.logout().catch((error: unknown) => {
      throw codeOf(error) === 'UNAVAILABLE' ? onlyHere(error, server) : error;
    });
    output.changed(`Logged out at ${server}.`, shown, { server });
  },
});

function onlyHere(cause: unknown, server: string): CliError {
  return new CliError(
    {
      code: 'UNAVAILABLE',
      message: `Logged out on this machine only: the server at ${server} cannot be reached.`,
      reason: 'The session is deleted here. On the server it ends by itself within 30 days.',
      hint: 'If this machine was not yours, log in and out again elsewhere, or tell management.',
    },
    { cause },
  );
}

const isReadOnly = ({ mySessions }: WhoAmIQuery) =>
  mySessions?.nodes.some(({ current, readOnly }) => current && readOnly) ?? false;

export const whoami = command({
  flags: {},
  columns: [...columns, readOnly],
  examples: [['whoami --fields department', '']],
  async run({ api, output, columns: shown }) {
    const found = await api.send(WhoAmI, {});
    const { me } = found;
    if (!me) throw new CliError({ code: 'UNAUTHENTICATED', message: 'You are not logged in.' });
    output.record(shown, {
      ...me,
      server: api.server,
      mustChangePassword: false,
      readOnly: isReadOnly(found),
    });
  },
});

export const password = command({
  flags: {
    passwordStdin: toggle(passwordStdin, 'read two lines from stdin: the current one, the new one'),
  },
  columns: [
    {
      key: 'changed',
      label: 'Changed',
      kind: 'flag',
      value: (is: { changed: boolean }) => is.changed,
    },
  ],
  examples: [['password', 'asks for the current and the new password']],
  async run(invocation) {
    const { api, output, prompts, flags, stdin, columns: shown } = invocation;
    if (flags.passwordStdin) {
      const [current = '', next = ''] = await readPasswords(['Current password', 'New password'], {
        stdin,
        prompts,
        fromStdin: true,
      });
      await changePassword(api, current, next);
    } else {
      const from = { ...invocation, flags: { passwordStdin: false, codeStdin: false } };
      await withPassword('Current password', from, replacePassword(invocation));
    }
    output.changed('Password changed. Your other sessions have ended.', shown, { changed: true });
  },
});
