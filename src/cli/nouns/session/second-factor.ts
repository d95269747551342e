import type { Api } from '../../core/api/api.ts';
import { toggle } from '../../core/args/flag.ts';
import { type Noun, type Services, verb } from '../../core/command/command.ts';
import { CliError, usageError } from '../../core/errors.ts';
import type { Column } from '../../core/output/columns.ts';
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

const codesColumn: Column<WithCodes> = {
  key: 'recoveryCodes',
  label: 'Recovery codes',
  kind: 'json',
  value: (is) => is.recoveryCodes,
};

const keyColumns: readonly Column<Key & WithCodes>[] = [
  { key: 'secret', label: 'Secret', kind: 'text', value: (is) => is.secret },
  { key: 'uri', label: 'URI', kind: 'text', value: (is) => is.uri },
  codesColumn,
];

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
    passwordStdin: toggle('--password-stdin', 'begin: read the password from stdin, print the key'),
    codeStdin: toggle('--code-stdin', 'finish: read the code that the app shows from stdin'),
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
    passwordStdin: toggle('--password-stdin', 'read the password from stdin'),
    codeStdin: codeAfterPassword,
  },
  columns: [
    {
      key: 'enabled',
      label: 'Enabled',
      kind: 'flag',
      value: (is: { enabled: boolean }) => is.enabled,
    },
  ],
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
  columns: [codesColumn],
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
  columns: [
    { key: 'enabled', label: 'Enabled', kind: 'instant', value: (is: State) => is.enabledAt },
    {
      key: 'recoveryCodesLeft',
      label: 'Recovery codes left',
      kind: 'number',
      value: (is: State) => is.recoveryCodesLeft,
    },
    { key: 'required', label: 'Required', kind: 'flag', value: (is: State) => is.isRequired },
  ],
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
