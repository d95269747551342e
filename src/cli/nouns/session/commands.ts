import { command } from '../../core/command/command.ts';
import { defineFields } from '../../core/command/fields.ts';
import { CliError } from '../../core/errors.ts';
import { WhoAmI } from '../../operations/index.ts';
import {
  changePassword,
  passwordStdin,
  readPasswords,
  replacePassword,
  withPassword,
} from './passwords.ts';
import { isReadOnly, personColumns, refuseIfLent } from './person.ts';

const codeOf = (error: unknown) => (error instanceof CliError ? error.problem.code : undefined);

export const logout = command({
  flags: {},
  columns: defineFields<{ server: string }>()({ server: { kind: 'text' } }).columns,
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

export const whoami = command({
  flags: {},
  columns: personColumns.filter(({ key }) => key !== 'mustChangePassword'),
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
    passwordStdin: {
      ...passwordStdin,
      help: 'read two lines from stdin: the current one, the new one',
    },
  },
  columns: defineFields<{ changed: boolean }>()({ changed: { kind: 'flag' } }).columns,
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
