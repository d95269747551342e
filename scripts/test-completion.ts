// node scripts/test-completion.ts: presses TAB in bash, zsh and fish (Debian's packages zsh and fish), with the built
// programs, and compares the command line. Run by .ci/run, and not by `npm test`, which needs nothing installed:
// tests/cli/completion.test.ts tests what `epic` answers to the shells.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { spawn } from '@lydell/node-pty';
import type { Epic } from '../tests/support/epic.ts';
import { programs } from '../tests/support/paths.ts';
import { plainEnvironment } from '../tests/support/program.ts';
import { makeTemporaryFolder, removeFolder } from '../tests/support/temporary-folder.ts';
import { startTestServer } from '../tests/support/test-server.ts';
import { until } from '../tests/support/until.ts';
import { runTests, test } from './test-runner.ts';

const shells = {
  bash: { args: ['--norc', '--noprofile', '-i'], load: 'source <(epic completion bash)' },
  zsh: { args: ['-f', '-i'], load: 'source <(epic completion zsh)' },
  fish: { args: ['--no-config', '-i'], load: 'epic completion fish | source' },
};

type Shell = keyof typeof shells;

/** Command lines before and after TAB. */
const completions: readonly (readonly [typed: string, result: string])[] = [
  ['epic contr', 'epic contract'],
  ['epic contract si', 'epic contract sign'],
  ['epic help exit', 'epic help exit-codes'],
  ['epic contract list --uns', 'epic contract list --unsigned'],
  ['epic contract list --status si', 'epic contract list --status signed'],
  ['epic contract list --status=si', 'epic contract list --status=signed'],
  ['epic contract list --sort total:d', 'epic contract list --sort total:desc'],
  ['epic contract list --fields id,clientI', 'epic contract list --fields id,clientId'],
  ['epic client create --name "Ana  B" --em', 'epic client create --name "Ana  B" --email'],
  ['epic contract list --nonsense-', 'epic contract list --nonsense-'],
];

/** How long to wait for a list of candidates, in ms; on a slower machine it is asked for again. */
const listTimeoutMs = 2_000;

/** Starts a shell on a terminal, with the completion of `epic` loaded. */
async function openShell(shell: Shell, { folder, server, stateHome }: Environment) {
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
      // npm sets vi, which would put zsh into vi mode
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
  /** Runs a command line, and waits for its output. */
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
    /** Returns the command line after TAB at its end. */
    async complete(typed: string): Promise<string> {
      // Ctrl-A, then make the line the argument of echo
      lines += 1;
      type(`${typed}\t\x01echo LINE${lines} \r`);
      const line = new RegExp(`^LINE${lines} (.*)$`, 'm');
      await until(() => line.test(shown()));
      return line.exec(shown())?.[1]?.trimEnd() ?? '';
    },
    /** Presses TAB twice at the end of a command line, then clears it. */
    async list(typed: string): Promise<void> {
      type(`${typed}\t\t`);
      // what is printed by the next command shows that the shell has handled both
      const line = /CLEARED$/m;
      await sleep(listTimeoutMs);
      pty.write('\x01\x0b');
      pty.write("echo 'CLEA''RED'\r");
      await until(() => line.test(shown()));
    },
    close: () => pty.kill('SIGKILL'),
  };
}

interface Environment {
  folder: string;
  server: string;
  stateHome: string;
}

async function testShell(
  shell: Shell,
  environment: Environment,
  ids: { client: string; contract: string },
) {
  const { complete, list, shown, close } = await openShell(shell, environment);
  // echo prints the line without its quotes
  const withoutQuotes = (line: string) => line.replaceAll('"', '');
  try {
    for (const [typed, result] of completions) {
      await test(`${shell}: ${typed}`, async () => {
        assert.equal(withoutQuotes(await complete(typed)), withoutQuotes(result));
      });
    }
    await test(`${shell}: the id of the only contract is completed`, async () => {
      // a slow server's answer is not waited for: ask again
      const expected = `epic contract sign ${ids.contract}`;
      await until(async () => (await complete('epic contract sign ')) === expected);
    });
    await test(`${shell}: the ids of clients are listed with their names`, async () => {
      await until(async () => {
        await list('epic client view ');
        return ['Dupont SA', 'Zoé Müller'].every((name) => shown().includes(name));
      });
    });
    await test(`${shell}: completing a command line runs nothing in it`, async () => {
      await list('epic contract list --client "$(touch ran)" --uns');
      assert.equal(existsSync(join(environment.folder, 'ran')), false);
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
      const environment = { folder, server: office.server.url, stateHome: sales.stateHome };
      for (const shell of ['bash', 'zsh', 'fish'] as const)
        await testShell(shell, environment, ids);
    } finally {
      await office.close();
    }
  } finally {
    await stop();
    await removeFolder(folder);
  }
}

await runTests(main);
