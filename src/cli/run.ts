import process from 'node:process';
import { catalog, commands, nouns } from './catalog.ts';
import type { CommandLine } from './core/args/command-line.ts';
import type { Typed } from './core/args/flag.ts';
import type { Command } from './core/command/command.ts';
import { resolve } from './core/command/resolve.ts';
import type { SharedFlags } from './core/command/shared-flags.ts';
import { CliError, exitCodes, type Problem } from './core/errors.ts';
import { useLocale } from './core/locale/locale.ts';
import { createOutput, type Output, type Streams } from './core/output/output.ts';
import type { Draft } from './core/prompts/draft.ts';
import { createSettings } from './core/settings/settings.ts';
import { version } from './core/version.ts';
import { usageProblem } from './usage.ts';

/** Runs the command lines of one process. */
export interface Runner {
  /** Runs a command line, reports what goes wrong, and returns the exit code. */
  run(line: CommandLine): Promise<number>;
  /** Reports an error that was thrown outside of a command's promise, and returns the exit code. */
  fail(error: unknown): Promise<number>;
}

/** A runner on these streams. It leaves the process alone: signals and exit code are the caller's. */
export function createRunner(streams: Streams, interrupted: AbortSignal): Runner {
  let commandLine: CommandLine;
  let output: Output;
  const terminalZone = process.env.TZ;
  let running = '';
  let draft: Draft | undefined;

  function begin(line: CommandLine): void {
    commandLine = line;
    draft = undefined;
    // until the command is known, errors follow these flags
    output = createOutput(streams, {
      format: line.flags.has('--json') ? 'json' : undefined,
      colour: !line.flags.has('--no-color'),
      chosen: false,
      pager: undefined,
    });
  }

  async function execute(
    name: string,
    command: Command,
    { typed, shared }: { typed: Record<string, Typed>; shared: SharedFlags },
  ): Promise<void> {
    running = name;
    const { json, csv, fields } = shared;
    const settings = createSettings(streams.env);
    output = createOutput(streams, {
      format: json ? 'json' : csv ? 'csv' : undefined,
      colour: shared.color,
      chosen: fields !== undefined,
      pager: shared.pager ? settings.pager : undefined,
    });
    useLocale(settings, output.format === 'people');
    const { createServices } = await import('./services.ts');
    const about = {
      streams,
      output,
      settings,
      terminalZone,
      interrupted,
      commandLine,
      perform: performAnother,
    };
    const services = await createServices(shared, about);
    draft = services.draft;
    await command.execute(typed, services);
  }

  async function dispatch(line: CommandLine): Promise<void> {
    if (line.argv.length === 0) {
      const { dashboard } = await import('./extras/dashboard/dashboard.ts');
      const shared = { input: true, color: true, pager: false };
      return execute('dashboard', dashboard, { typed: {}, shared });
    }
    const resolved = await resolve(line, { nouns, commands });
    commandLine = resolved.line;
    const { noun, command } = resolved;
    if (commandLine.flags.get('--version') === true) {
      streams.stdout.write(`${version}\n`);
      return undefined;
    }
    const problem = resolved.wantsHelp
      ? undefined
      : await usageProblem(resolved, { nouns, commands });
    if (problem) throw new CliError(problem);
    if (resolved.wantsHelp || !command) {
      const { helpOn } = await import('./extras/help/help.ts');
      const width = Math.min((streams.stdout.isTTY && streams.stdout.columns) || 80, 100);
      const help = await helpOn(resolved, catalog, width);
      (resolved.wantsHelp ? streams.stdout : streams.stderr).write(help);
      if (resolved.wantsHelp) return undefined;
      throw new CliError({ code: 'USAGE', message: '' });
    }
    const { parse } = await import('./parse.ts');
    const name = noun ? `${noun.name} ${command.name}` : command.name;
    return execute(name, command, parse(command, resolved));
  }

  async function problemOf(error: unknown): Promise<Problem> {
    if (error instanceof CliError) return error.problem;
    if (interrupted.aborted) return { code: 'CANCELLED', message: 'Cancelled.' };
    const { reportCrash } = await import('./extras/crash/crash.ts');
    return reportCrash(error, { command: running, env: streams.env });
  }

  async function report(error: unknown): Promise<Problem> {
    const problem = await problemOf(error);
    const again = draft?.kept ? String(draft.commandLine()) : undefined;
    // no message: what there is to say has been written
    if (problem.message) output.problem({ ...problem, again });
    return problem;
  }

  async function perform(line: CommandLine): Promise<Problem | undefined> {
    begin(line);
    try {
      await dispatch(line);
      return undefined;
    } catch (error) {
      return report(error);
    }
  }

  async function performAnother(line: CommandLine): Promise<boolean> {
    const problem = await perform(line);
    return !interrupted.aborted && problem?.kind !== 'interrupted';
  }

  const exitCodeOf = (problem: Problem | undefined) => {
    if (problem) return exitCodes[problem.code];
    return interrupted.aborted ? exitCodes.CANCELLED : 0;
  };

  return {
    run: async (line) => exitCodeOf(await perform(line)),
    fail: async (error) => exitCodeOf(await report(error)),
  };
}
