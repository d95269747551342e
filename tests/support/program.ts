import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** The outcome of a program. */
export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Its standard input, empty by default. */
  input?: string;
  /** Further variables; undefined removes one. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
}

/** A program under way. */
export interface Started {
  /** Its output so far. */
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
  // a program may end without reading all of it
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

/** The environment of this process without the variables that configure the programs under test. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const configuration =
    /^(EPIC_|DATABASE_|PG|SENTRY_|OTEL_|NODE_OPTIONS$|NO_COLOR$|FORCE_COLOR$|CI$|LC_|LANG|PAGER$|LESS$)/;
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !configuration.test(name)),
  );
}
