import { type ExecFileException, execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** What a run of `epic` gave. */
export interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

/** A person's own terminal: `epic` with a session of its own. */
export interface Terminal {
  /** Runs `epic` with these arguments; what it prints is laid out for people, 80 columns wide. */
  epic(args: readonly string[], stdin?: string): Promise<Run>;
  close(): Promise<void>;
}

const program = fileURLToPath(new URL('../../../dist/epic.mjs', import.meta.url));

export interface TerminalOptions {
  server: string;
  /** Where the session is kept while the terminal is open. */
  folder: string;
  colour: boolean;
  /** Ends what runs in the terminal. */
  interrupted: AbortSignal;
}

/** Opens a terminal that talks to one server, and leaves nothing behind when it is closed. */
export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  const { server, folder, colour, interrupted } = options;
  // A session that a killed tour left here is of no use to anyone.
  await rm(folder, { recursive: true, force: true });
  const { NO_COLOR: _, ...inherited } = process.env;
  const env = {
    ...inherited,
    XDG_STATE_HOME: folder,
    EPIC_SERVER: server,
    EPIC_FORCE_TTY: '80',
    ...(colour ? { CLICOLOR_FORCE: '1' } : { NO_COLOR: '1' }),
  };
  return {
    epic: (args, stdin = '') =>
      new Promise((resolve) => {
        const child = execFile(
          process.execPath,
          [program, ...args],
          { env, signal: interrupted },
          (error, stdout, stderr) => {
            resolve({ code: exitCodeOf(error), stdout, stderr });
          },
        );
        child.stdin?.end(stdin);
      }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Of a program that was interrupted: 130, as a shell would say. */
function exitCodeOf(error: ExecFileException | null): number {
  if (error === null) return 0;
  return typeof error.code === 'number' ? error.code : 130;
}
