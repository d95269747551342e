import process from 'node:process';
import { CommanderError } from 'commander';
import type { Command, Typed } from './command.ts';
import type { Draft } from './draft.ts';
import { CliError, exitCodes, type Problem } from './errors.ts';
import { writeAs } from './output/format.ts';
import { formsFor } from './output/locale.ts';
import { createOutput, type Output, type Streams } from './output/output.ts';
import { createProgram, type SharedFlags } from './program.ts';

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

/** `| head` closes the pipe early, which is no error; a full disk is one. */
function endWhenNothingCanBeWritten(streams: Streams): void {
  for (const stream of [streams.stdout, streams.stderr]) {
    stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EPIPE') process.exit();
      if (stream === streams.stdout) {
        streams.stderr.write(`✗ The output cannot be written: ${code}.\n`);
      }
      process.exit(exitCodes.INTERNAL);
    });
  }
}

/** What commander has to say, in our words; undefined when it only printed help or the version. */
function usageProblem(error: CommanderError): Problem | undefined {
  if (error.exitCode === 0) return undefined;
  // Help was printed because no verb was named: that is all there is to say.
  if (error.code === 'commander.help') return { code: 'USAGE', message: '' };
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const message = `${first.charAt(0).toUpperCase()}${first.slice(1).replace(/\.?$/, '.')}`;
  const suggestion = /\(Did you mean (.*)\?\)/.exec(rest.join(' '))?.[1];
  const hint = suggestion ? `Did you mean ${suggestion}?` : 'See how it is written: --help';
  return { code: 'USAGE', message, hint };
}

async function problemOf(
  error: unknown,
  about: { interrupted: boolean; command: string; env: NodeJS.ProcessEnv },
): Promise<Problem | undefined> {
  if (error instanceof CliError) return error.problem;
  if (error instanceof CommanderError) return usageProblem(error);
  if (about.interrupted) return { code: 'CANCELLED', message: 'Cancelled.' };
  const { reportCrash } = await import('./crash.ts');
  return reportCrash(error, about);
}

/** `help contract sign` as `contract sign --help`: help is a matter of whichever command it is about. */
const withoutHelpCommand = (argv: readonly string[]): readonly string[] =>
  argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;

/** Runs one command line; its outcome is in process.exitCode. */
export async function run({
  argv,
  streams,
}: {
  argv: readonly string[];
  streams: Streams;
}): Promise<void> {
  const interrupted = interruption();
  endWhenNothingCanBeWritten(streams);

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
    const about = { streams, output, interrupted, typed: argv };
    const services = await createServices(shared, about);
    draft = services.draft;
    await command.execute(typed, services);
  }

  const fail = async (error: unknown) => {
    const about = { interrupted: interrupted.aborted, command: running, env: streams.env };
    const problem = await problemOf(error, about);
    if (!problem) return;
    process.exitCode = exitCodes[problem.code];
    const again = draft?.kept ? draft.commandLine() : undefined;
    if (problem.message) output.problem({ ...problem, again });
  };
  process.on('uncaughtException', fail);

  try {
    const width = streams.stdout.columns || 80;
    const program = createProgram(runCommand, width);
    if (argv.length === 0 && output.format === 'people') {
      const { home } = await import('./home/home.ts');
      await runCommand('home', home, {}, { input: true, color: true, pager: false });
    } else if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(withoutHelpCommand(argv), { from: 'user' });
  } catch (error) {
    await fail(error);
  }
}
