import process from 'node:process';
import type { Typed } from './core/args/flag.ts';
import type { Command } from './core/command/command.ts';
import type { SharedFlags } from './core/command/shared-flags.ts';
import { CliError, exitCodes, type Problem } from './core/errors.ts';
import { writeAs } from './core/output/format.ts';
import { formsFor } from './core/output/locale.ts';
import { createOutput, type Output, type Streams } from './core/output/output.ts';
import type { Draft } from './core/prompts/draft.ts';
import { isUsageError, usageProblem } from './usage.ts';

/** Aborts on the first Ctrl-C; a second one, or two seconds, end the program at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  process.on('SIGINT', () => {
    process.exitCode = exitCodes.CANCELLED;
    if (controller.signal.aborted) process.exit();
    controller.abort();
    setTimeout(() => process.exit(), 2000).unref();
  });
  return controller.signal;
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

/** Runs one command line; its outcome is in process.exitCode. */
export async function run({
  argv,
  streams,
}: {
  argv: readonly string[];
  streams: Streams;
}): Promise<void> {
  const interrupted = interruption();

  // Until the command line is understood, errors go by what is plainly in it.
  let output: Output = createOutput(streams, {
    format: argv.includes('--json') ? 'json' : undefined,
    colour: !argv.includes('--no-color'),
    chosen: false,
    pager: false,
  });
  let running = '';
  let draft: Draft | undefined;

  async function runCommand(
    argv: readonly string[],
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
    if (output.format === 'people') writeAs(formsFor(streams.env));
    const { createServices } = await import('./services.ts');
    const about = { streams, output, interrupted, typed: argv, perform: performAnother };
    const services = await createServices(shared, about);
    draft = services.draft;
    await command.execute(typed, services);
  }

  const fail = async (error: unknown, line: readonly string[] = argv) => {
    const about = {
      interrupted: interrupted.aborted,
      command: running,
      env: streams.env,
      argv: line,
    };
    const problem = await problemOf(error, about);
    if (!problem) return undefined;
    process.exitCode = exitCodes[problem.code];
    const again = draft?.kept ? draft.commandLine() : undefined;
    if (problem.message) output.problem({ ...problem, again });
    return problem;
  };
  process.on('uncaughtException', (error) => fail(error));

  /** Runs a command line, tells what goes wrong, and gives it. */
  async function perform(line: readonly string[]): Promise<Problem | undefined> {
    draft = undefined;
    try {
      if (line.length === 0) {
        const { home } = await import('./extras/dashboard/dashboard.ts');
        await runCommand([], 'home', home, {}, { input: true, color: true, pager: false });
        return undefined;
      }
      const cells = Math.min((streams.stdout.isTTY && streams.stdout.columns) || 80, 100);
      const { createProgram } = await import('./program.ts');
      const program = createProgram((...all) => runCommand(line, ...all), streams.stdout, cells);
      if (line[0] === 'help') {
        const { help } = await import('./extras/help/help.ts');
        await help(line.slice(1), program, streams.stdout, cells);
      } else await program.parseAsync(line, { from: 'user' });
      return undefined;
    } catch (error) {
      return fail(error, line);
    }
  }

  async function performAnother(line: readonly string[]): Promise<boolean> {
    const problem = await perform(line);
    process.exitCode = undefined;
    return !interrupted.aborted && problem?.kind !== 'interrupted';
  }

  await perform(argv);
}
