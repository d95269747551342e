import type { Typed } from './core/args/flag.ts';
import type { Command } from './core/command/command.ts';
import type { SharedFlags } from './core/command/shared-flags.ts';
import { CliError, exitCodes, type Problem } from './core/errors.ts';
import { writeAs } from './core/output/format.ts';
import { formsFor } from './core/output/locale.ts';
import { createOutput, type Output, type Streams } from './core/output/output.ts';
import type { Draft } from './core/prompts/draft.ts';
import { isUsageError, usageProblem } from './usage.ts';

/** Runs the command lines of one process. */
export interface Runner {
  /** Runs a command line, reports what goes wrong, and returns the exit code. */
  run(argv: readonly string[]): Promise<number>;
  /** Reports an error that was thrown outside of a command's promise, and returns the exit code. */
  fail(error: unknown): Promise<number>;
}

async function problemOf(
  error: unknown,
  about: {
    interrupted: boolean;
    command: string;
    env: NodeJS.ProcessEnv;
    argv: readonly string[];
  },
): Promise<Problem | undefined> {
  if (error instanceof CliError) return error.problem;
  if (isUsageError(error)) return await usageProblem(error, about.argv);
  if (about.interrupted) return { code: 'CANCELLED', message: 'Cancelled.' };
  const { reportCrash } = await import('./extras/crash/crash.ts');
  return reportCrash(error, about);
}

/** A runner on these streams. It leaves the process alone: signals and exit code are the caller's. */
export function createRunner(streams: Streams, interrupted: AbortSignal): Runner {
  let line: readonly string[] = [];
  let output: Output;
  let running = '';
  let draft: Draft | undefined;

  function begin(argv: readonly string[]): void {
    line = argv;
    draft = undefined;
    // until the command line is parsed, its errors are written as the words in it say
    output = createOutput(streams, {
      format: argv.includes('--json') ? 'json' : undefined,
      colour: !argv.includes('--no-color'),
      chosen: false,
      pager: false,
    });
  }

  async function runCommand(
    name: string,
    command: Command,
    typed: Record<string, Typed>,
    shared: SharedFlags,
  ): Promise<void> {
    running = name;
    const { json, csv, fields } = shared;
    output = createOutput(streams, {
      format: json ? 'json' : csv ? 'csv' : undefined,
      colour: shared.color,
      chosen: fields !== undefined,
      pager: shared.pager,
    });
    writeAs(output.format === 'people' ? formsFor(streams.env) : {});
    const { createServices } = await import('./services.ts');
    const about = { streams, output, interrupted, typed: line, perform: performAnother };
    const services = await createServices(shared, about);
    draft = services.draft;
    await command.execute(typed, services);
  }

  async function reported(error: unknown): Promise<Problem | undefined> {
    const about = {
      interrupted: interrupted.aborted,
      command: running,
      env: streams.env,
      argv: line,
    };
    const problem = await problemOf(error, about);
    const again = draft?.kept ? draft.commandLine() : undefined;
    if (problem?.message) output.problem({ ...problem, again });
    return problem;
  }

  /** Runs a command line and reports what goes wrong. */
  async function perform(argv: readonly string[]): Promise<Problem | undefined> {
    begin(argv);
    try {
      if (argv.length === 0) {
        const { home } = await import('./extras/dashboard/dashboard.ts');
        await runCommand('home', home, {}, { input: true, color: true, pager: false });
        return undefined;
      }
      const cells = Math.min((streams.stdout.isTTY && streams.stdout.columns) || 80, 100);
      const { createProgram } = await import('./program.ts');
      const program = createProgram(runCommand, streams.stdout, cells);
      if (argv[0] === 'help') {
        const { help } = await import('./extras/help/help.ts');
        await help(argv.slice(1), program, streams.stdout, cells);
      } else await program.parseAsync(argv, { from: 'user' });
      return undefined;
    } catch (error) {
      return reported(error);
    }
  }

  async function performAnother(argv: readonly string[]): Promise<boolean> {
    const problem = await perform(argv);
    return !interrupted.aborted && problem?.kind !== 'interrupted';
  }

  const exitCodeOf = (problem: Problem | undefined) => {
    if (problem) return exitCodes[problem.code];
    return interrupted.aborted ? exitCodes.CANCELLED : 0;
  };

  return {
    run: async (argv) => exitCodeOf(await perform(argv)),
    fail: async (error) => exitCodeOf(await reported(error)),
  };
}
