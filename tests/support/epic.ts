import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { native } from './native/native.ts';
import { programs } from './paths.ts';
import {
  plainEnvironment,
  type Run,
  type RunOptions,
  runProgram,
  type Started,
  startProgram,
} from './program.ts';
import { removeFolder } from './temporary-folder.ts';
import { openTerminal, type Terminal, type TerminalOptions } from './terminal.ts';

/** The `epic` of one user, with its own session store. */
export interface Epic {
  /** Where it keeps its sessions: XDG_STATE_HOME. */
  stateHome: string;
  /** Runs a command to its end, off a terminal, within the worker of jest, one at a time. */
  run(args: readonly string[], options?: Omit<RunOptions, 'cwd'>): Promise<Run>;
  /** Runs a command to its end, off a terminal, with the built program. */
  spawn(args: readonly string[], options?: RunOptions): Promise<Run>;
  /** Starts a command that runs on, off a terminal, with the built program. */
  start(args: readonly string[], options?: RunOptions): Started;
  /** Starts a command on a terminal, with the built program. */
  terminal(args: readonly string[], options?: TerminalOptions): Terminal;
  /** Removes the sessions. */
  dispose(): Promise<void>;
}

/** Sets up `epic` for one user of the server at that address. */
export async function setUpEpic(serverUrl: string): Promise<Epic> {
  const stateHome = await mkdtemp(join(tmpdir(), `epic-test-${process.pid}-state-`));
  // the terminal is in the company's time zone, unless a test says otherwise
  const home = { XDG_STATE_HOME: stateHome, EPIC_SERVER: serverUrl, TZ: 'Europe/Paris' };
  return {
    stateHome,
    run: (args, { input = '', env } = {}) =>
      native.runEpic({ argv: args, input, env: { ...plainEnvironment(), ...home, ...env } }),
    spawn: (args, options = {}) =>
      runProgram(programs.epic, args, { ...options, env: { ...home, ...options.env } }),
    start: (args, options = {}) =>
      startProgram(programs.epic, args, { ...options, env: { ...home, ...options.env } }),
    terminal: (args, options = {}) =>
      openTerminal(programs.epic, args, { ...options, env: { ...home, ...options.env } }),
    dispose: () => removeFolder(stateHome),
  };
}
