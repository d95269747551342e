import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** What a program has said by the time it has ended. */
export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** What the program reads; by default nothing. */
  input?: string;
  /** Further variables; undefined takes one away. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
}

/** A program that goes on until it is told to end. */
export interface Started {
  /** What it has said so far. */
  stdout(): string;
  stderr(): string;
  signal(signal: NodeJS.Signals): void;
  ended: Promise<number | null>;
}

/** Starts a JavaScript program with this Node. */
export function startProgram(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Started {
  const child = spawned(program, args, options);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    signal: (signal) => child.kill(signal),
    ended: new Promise((resolve) => child.once('close', resolve)),
  };
}

function spawned(
  program: string,
  args: readonly string[],
  { input = '', env = {}, cwd }: RunOptions,
): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { ...plainEnvironment(), ...env },
  });
  // A program that ends without reading all of it is no fault of the test.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return child;
}

/** Runs a JavaScript program with this Node to its end. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Run> {
  const child = spawned(program, args, options);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

/** This process's environment without what would steer the programs under test. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const steering =
    /^(EPIC_|DATABASE_|PG|SENTRY_|NODE_OPTIONS$|NO_COLOR$|FORCE_COLOR$|CI$|LC_|LANG|PAGER$|LESS$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !steering.test(name)));
}
