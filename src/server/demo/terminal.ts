import { type ExecFileException, execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The result of a command. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** A terminal with a session of its own. */
export interface Terminal {
  /** Runs `epic` as on a terminal of 80 columns. */
  epic(args: readonly string[], stdin?: string): Promise<CommandResult>;
  close(): Promise<void>;
}

const program = fileURLToPath(new URL('../../../dist/epic.mjs', import.meta.url));

export interface TerminalOptions {
  server: string;
  /** Where the session is kept while the terminal is open. */
  folder: string;
  colour: boolean;
  /** Aborts the running command. */
  interrupted: AbortSignal;
}

/** Opens a terminal for one server; closing it removes its session. */
export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  const { server, folder, colour, interrupted } = options;
  // left by a tour that was killed
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

/** 130 for an interrupted program, as in a shell. */
function exitCodeOf(error: ExecFileException | null): number {
  if (error === null) return 0;
  return typeof error.code === 'number' ? error.code : 130;
}
