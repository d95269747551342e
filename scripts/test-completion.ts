// Presses TAB in a real bash, zsh and fish, which have to be installed (Debian's packages zsh and fish), and looks what
// becomes of the command line. Needs the built programs; run by .ci/run. It ends with one line, "N passed, N failed".
// Not part of `npm test`, which needs nothing installed: tests/cli/completion.test.ts tests what the shells are told.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { spawn } from '@lydell/node-pty';
import { until } from '../tests/server/support/until.ts';
import type { Epic } from '../tests/support/epic.ts';
import { programs } from '../tests/support/paths.ts';
import { plainEnvironment } from '../tests/support/program.ts';
import { makeTemporaryFolder, removeFolder } from '../tests/support/temporary-folder.ts';
import { startTestServer } from '../tests/support/test-server.ts';
import { runChecks, test } from './checks.ts';

const shells = {
  bash: { args: ['--norc', '--noprofile', '-i'], load: 'source <(epic completion bash)' },
  zsh: { args: ['-f', '-i'], load: 'source <(epic completion zsh)' },
  fish: { args: ['--no-config', '-i'], load: 'epic completion fish | source' },
};

type Shell = keyof typeof shells;

/** Command lines as typed before TAB, and as they are after it. */
const completed: readonly (readonly [typed: string, result: string])[] = [
  ['epic contr', 'epic contract'],
  ['epic contract si', 'epic contract sign'],
  ['epic help exit', 'epic help exit-codes'],
  ['epic contract list --uns', 'epic contract list --unsigned'],
  ['epic contract list --status si', 'epic contract list --status signed'],
  ['epic contract list --status=si', 'epic contract list --status=signed'],
  ['epic contract list --sort totalAmount:d', 'epic contract list --sort totalAmount:desc'],
  ['epic contract list --fields id,clientI', 'epic contract list --fields id,clientId'],
  ['epic client create --name "Ana  B" --em', 'epic client create --name "Ana  B" --email'],
  ['epic contract list --nonsense-', 'epic contract list --nonsense-'],
];

/** How long a list may take to be drawn, in milliseconds; a slower machine is asked again. */
const patience = 2_000;

/** A shell on a terminal, in which `epic` completes. */
async function openShell(shell: Shell, { folder, server, stateHome }: Desk) {
  const { args, load } = shells[shell];
  const pty = spawn(shell, args, {
    name: 'xterm',
    cols: 80,
    rows: 40,
    cwd: folder,
    env: {
      ...plainEnvironment(),
      PATH: [folder, dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: folder,
      XDG_STATE_HOME: stateHome,
      EPIC_SERVER: server,
      LC_ALL: 'C.UTF-8',
      // npm names vi, and zsh would edit its lines like that.
      EDITOR: '',
      VISUAL: '',
    },
  });
  let output = '';
  let lines = 0;
  pty.onData((data) => {
    output += data;
  });
  const shown = () => stripVTControlCharacters(output).replaceAll('\r', '\n');
  const type = (keys: string) => {
    output = '';
    pty.write(keys);
  };
  /** Runs a command line, and waits until it has printed this at the beginning of a line. */
  const run = async (line: string, printed: RegExp) => {
    type(`${line}\r`);
    await until(() => printed.test(shown()));
  };
  await run('echo ready', /^ready\b/m);
  await run(load, /\n/);
  await run('echo loaded', /^loaded\b/m);
  return {
    type,
    shown,
    /** What becomes of a command line when TAB is pressed at its end. */
    async complete(typed: string): Promise<string> {
      // To its beginning, where it becomes the argument of another command.
      lines += 1;
      type(`${typed}\t\x01echo LINE${lines} \r`);
      const line = new RegExp(`^LINE${lines} (.*)$`, 'm');
      await until(() => line.test(shown()));
      return line.exec(shown())?.[1]?.trimEnd() ?? '';
    },
    /** Presses TAB twice at the end of a command line, which is then dropped. */
    async list(typed: string): Promise<void> {
      type(`${typed}\t\t`);
      // Until its beginning has come back, what was typed after it has not been read.
      const line = /DROPPED$/m;
      await sleep(patience);
      pty.write('\x01\x0b');
      pty.write("echo 'DROP''PED'\r");
      await until(() => line.test(shown()));
    },
    close: () => pty.kill('SIGKILL'),
  };
}

interface Desk {
  folder: string;
  server: string;
  stateHome: string;
}

async function tryShell(shell: Shell, desk: Desk, ids: { client: string; contract: string }) {
  const { complete, list, shown, close } = await openShell(shell, desk);
  // Seen as it is typed, or as it is printed.
  const withoutQuotes = (line: string) => line.replaceAll('"', '');
  try {
    for (const [typed, result] of completed) {
      await test(`${shell}: ${typed}`, async () => {
        assert.equal(withoutQuotes(await complete(typed)), withoutQuotes(result));
      });
    }
    await test(`${shell}: the id of the only contract there is`, async () => {
      // There are none where the server takes its time: then one asks again.
      const expected = `epic contract sign ${ids.contract}`;
      await until(async () => (await complete('epic contract sign ')) === expected);
    });
    await test(`${shell}: the ids of clients, with their names`, async () => {
      await until(async () => {
        await list('epic client view ');
        return ['Dupont SA', 'Zoé Müller'].every((name) => shown().includes(name));
      });
    });
    await test(`${shell}: nothing of a command line is run by completing it`, async () => {
      await list('epic contract list --client "$(touch ran)" --uns');
      assert.equal(existsSync(join(desk.folder, 'ran')), false);
    });
  } finally {
    close();
  }
}

async function main(): Promise<void> {
  const folder = await makeTemporaryFolder();
  const { stop, ...postgres } = await startTestServer();
  process.env.EPIC_TEST_SERVER = JSON.stringify(postgres);
  const { json, openOffice, soldContract } = await import('../tests/cli/office.ts');
  try {
    await symlink(programs.epic, join(folder, 'epic'));
    const office = await openOffice();
    try {
      const sales: Epic = await office.at('sales');
      const ids = await soldContract(sales, { signed: false });
      await json(sales, 'client', 'create', '--name', 'Zoé Müller', '--email', 'zoe@example.com');
      const desk = { folder, server: office.server.url, stateHome: sales.stateHome };
      for (const shell of ['bash', 'zsh', 'fish'] as const) await tryShell(shell, desk, ids);
    } finally {
      await office.close();
    }
  } finally {
    await stop();
    await removeFolder(folder);
  }
}

await runChecks(main);
