import { optional, toggle } from '../../core/args/flag.ts';
import { email } from '../../core/args/parsers.ts';
import { command, type Services } from '../../core/command/command.ts';
import { CliError, usageError } from '../../core/errors.ts';
import { askForCode } from '../../core/prompts/code.ts';
import { SecondFactorStatus, WhoAmI } from '../../operations/index.ts';
import { codeAfterPassword, passwordStdin, replacePassword, withPassword } from './passwords.ts';
import { isReadOnly, type Person, personColumns, refuseIfLent } from './person.ts';

const kindOf = (error: unknown) => (error instanceof CliError ? error.problem.kind : undefined);

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
    passwordStdin,
    codeStdin: codeAfterPassword,
    readOnly: toggle('--read-only', 'only read: change nothing in this session'),
    withToken: toggle('--with-token', 'go on with a token from stdin, without a password'),
  },
  columns: personColumns,
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
