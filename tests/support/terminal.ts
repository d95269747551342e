import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { spawn } from '@lydell/node-pty';
import { plainEnvironment } from './program.ts';

/** A program on a pseudo-terminal, and the keys typed there. */
export interface Terminal {
  /** Its output so far, without colours and cursor movements. */
  shown(): string;
  /** The same with them. */
  written(): string;
  /** Waits for this after what was waited for before; fails with the output. */
  waitFor(expected: string | RegExp): Promise<void>;
  /** Types. Enter is `\r`, Ctrl-C is `\x03`. */
  type(keys: string): void;
  /** Its exit code, once it has ended. */
  ended: Promise<number>;
  /** Ends it if it still runs. */
  close(): void;
}

export interface TerminalOptions {
  columns?: number;
  rows?: number;
  env?: NodeJS.ProcessEnv;
}

const timeoutMs = 30_000;

/** Starts a JavaScript program with this Node on a terminal of its own. */
export function openTerminal(
  program: string,
  args: readonly string[],
  { columns = 100, rows = 40, env = {} }: TerminalOptions = {},
): Terminal {
  const pty = spawn(process.execPath, [program, ...args], {
    name: 'xterm-256color',
    cols: columns,
    rows,
    env: { ...plainEnvironment(), ...env },
  });
  let output = '';
  let seen = 0;
  let hasEnded = false;
  pty.onData((data) => {
    output += data;
  });
  const ended = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode }) => {
      hasEnded = true;
      resolve(exitCode);
    });
  });
  const shown = () => stripVTControlCharacters(output).replaceAll('\r\n', '\n');

  return {
    shown,
    written: () => output.replaceAll('\r\n', '\n'),
    waitFor: async (expected) => {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const isLast = hasEnded || Date.now() > deadline;
        const end = endOfMatch(shown().slice(seen), expected);
        if (end !== undefined) {
          seen += end;
          return;
        }
        if (isLast) throw new Error(`The terminal does not show ${expected}, but:\n${shown()}`);
        await sleep(10);
      }
    },
    type: (keys) => pty.write(keys),
    ended,
    close: () => {
      if (!hasEnded) pty.kill();
    },
  };
}

function endOfMatch(text: string, expected: string | RegExp): number | undefined {
  if (typeof expected === 'string') {
    const start = text.indexOf(expected);
    return start < 0 ? undefined : start + expected.length;
  }
  const match = expected.exec(text);
  return match === null ? undefined : match.index + match[0].length;
}
