import type { Api } from '../../core/api/api.ts';
import { type Noun, type Services, verb } from '../../core/command/command.ts';
import { defineFields } from '../../core/command/fields.ts';
import { CliError, usageError } from '../../core/errors.ts';
import { askForCode } from '../../core/prompts/code.ts';
import {
  SecondFactorBegin,
  SecondFactorDisable,
  SecondFactorEnable,
  SecondFactorRecoveryCodes,
  SecondFactorStatus,
  type SecondFactorStatusQuery,
} from '../../operations/index.ts';
import {
  codeAfterPassword,
  codeStdin,
  passwordStdin,
  readLines,
  readPasswords,
  withCode,
  withPassword,
} from './passwords.ts';

interface WithCodes {
  recoveryCodes: readonly string[] | null;
}

/** What an authenticator app is given. */
interface Key {
  secret: string | null;
  uri: string | null;
}

const codesTable = { recoveryCodes: { kind: 'json' } } as const;

const { columns: keyColumns } = defineFields<Key & WithCodes>()({
  secret: { kind: 'text' },
  uri: { kind: 'text', label: 'URI' },
  ...codesTable,
});

/** Two codes a line. */
function listed(codes: readonly string[]): string {
  const lines = codes.flatMap((code, index) =>
    index % 2 === 0 ? [[code, ...codes.slice(index + 1, index + 2)].join('   ')] : [],
  );
  return lines.map((line) => `  ${line}`).join('\n');
}

const shownOnce = (codes: readonly string[]) =>
  `Each of these recovery codes works once in place of a code of the app, if the phone is lost. They are shown only now: keep them somewhere else.\n${listed(codes)}`;

/** A secret as it is typed into an app: in groups of four. */
const inGroups = (secret: string) => secret.replace(/(.{4})(?=.)/g, '$1 ');

async function begin(api: Api, currentPassword: string): Promise<{ secret: string; uri: string }> {
  const { beginSecondFactor: begun } = await api.send(SecondFactorBegin, { currentPassword });
  if (begun) return begun;
  throw new CliError({ code: 'INTERNAL', message: 'The server gave no key.' });
}

async function finish(api: Api, code: string): Promise<readonly string[]> {
  const { enableSecondFactor: enabled } = await api.send(SecondFactorEnable, { code });
  return enabled?.recoveryCodes ?? [];
}

/** Shows the key to the person's app, and asks what the app makes of it. */
async function enableOnTerminal(services: Services): Promise<readonly string[]> {
  const { api, output } = services;
  const from = { ...services, flags: { passwordStdin: false, codeStdin: false } };
  const { secret, uri } = await withPassword('Current password', from, (password) =>
    begin(api, password),
  );
  output.note('Scan this with an authenticator app, or type the key there:');
  const { drawQrCode } = await import('./qr-code.ts');
  await output.picture((paint, maxWidth) => drawQrCode(uri, paint, maxWidth));
  output.note(`Key: ${inGroups(secret)}`);
  return askForCode(services, (code) => finish(api, code), 'Code that the app shows');
}

const enable = verb({
  name: 'enable',
  summary: 'Ask for a code of an app on your phone, beside the password',
  flags: {
    passwordStdin: { ...passwordStdin, help: 'begin: read the password from stdin, print the key' },
    codeStdin: { ...codeStdin, help: 'finish: read the code that the app shows from stdin' },
  },
  columns: keyColumns,
  examples: [
    ['second-factor enable', 'shows a QR code to scan, and asks what the app shows'],
    ['second-factor enable --password-stdin --fields uri < password.txt', 'for another app'],
    ['second-factor enable --code-stdin --json < code.txt', 'the second step'],
  ],
  async run(invocation) {
    const { api, output, flags, stdin, prompts, columns: shown } = invocation;
    const { passwordStdin, codeStdin } = flags;
    if (passwordStdin && codeStdin) {
      throw usageError(
        '--code-stdin: the code follows from the key, which is printed first.',
        'Take two steps: --password-stdin, then --code-stdin.',
      );
    }
    if (passwordStdin) {
      const [password = ''] = await readPasswords(['Password'], {
        stdin,
        prompts,
        fromStdin: true,
      });
      const begun = await begin(api, password);
      output.record(shown, { ...begun, recoveryCodes: null });
      output.note(
        'Not enabled yet. Give a code that the app shows:',
        'epic second-factor enable --code-stdin',
      );
      return;
    }
    const recoveryCodes = codeStdin
      ? await finish(api, (await readLines(stdin(), ['Code'], '--code-stdin'))[0] ?? '')
      : await enableOnTerminal(invocation);
    const sentence = `Second factor enabled. ${shownOnce(recoveryCodes)}`;
    output.changed(sentence, shown, { secret: null, uri: null, recoveryCodes });
  },
});

const disable = verb({
  name: 'disable',
  summary: 'Log in with the password alone again',
  flags: {
    passwordStdin,
    codeStdin: codeAfterPassword,
  },
  columns: defineFields<{ enabled: boolean }>()({ enabled: { kind: 'flag' } }).columns,
  examples: [['second-factor disable', 'asks for the password and a code']],
  async run(invocation) {
    const { api, output, columns: shown } = invocation;
    await withPassword('Current password', invocation, (currentPassword, given) =>
      withCode(invocation, given, (code) =>
        api.send(SecondFactorDisable, { currentPassword, code }),
      ),
    );
    output.changed('Second factor disabled.', shown, { enabled: false });
  },
});

const recoveryCodes = verb({
  name: 'recovery-codes',
  summary: 'Replace the recovery codes by ten new ones',
  flags: { codeStdin },
  columns: defineFields<WithCodes>()(codesTable).columns,
  examples: [
    ['second-factor recovery-codes', 'once some of them are used'],
    ['second-factor recovery-codes --code-stdin --json < code.txt', ''],
  ],
  async run(invocation) {
    const { api, output, flags, stdin, columns: shown } = invocation;
    const [given] = flags.codeStdin ? await readLines(stdin(), ['Code'], '--code-stdin') : [];
    const { replaceRecoveryCodes: replaced } = await withCode(invocation, given, (code) =>
      api.send(SecondFactorRecoveryCodes, { code }),
    );
    const codes = replaced?.recoveryCodes ?? [];
    output.changed(
      `Recovery codes replaced: the former ones no longer work. ${shownOnce(codes)}`,
      shown,
      {
        recoveryCodes: codes,
      },
    );
  },
});

type State = NonNullable<SecondFactorStatusQuery['mySecondFactor']>;

const status = verb({
  name: 'status',
  summary: 'Show whether a code is asked for, and how many recovery codes are left',
  flags: {},
  columns: defineFields<State>()({
    enabled: { api: 'enabledAt', kind: 'instant' },
    recoveryCodesLeft: { kind: 'number' },
    required: { api: 'isRequired', kind: 'flag' },
  }).columns,
  examples: [['second-factor status', '']],
  async run({ api, output, columns: shown }) {
    const { mySecondFactor: state } = await api.send(SecondFactorStatus, {});
    if (!state) throw new CliError({ code: 'INTERNAL', message: 'The server gave no answer.' });
    output.record(shown, state);
  },
});

/** `epic second-factor`: one's own, asked for at each login once it is enabled. */
export const secondFactor: Noun = {
  fields: status.fields,
  commands: [status, enable, disable, recoveryCodes],
};
