import { createApi } from './core/api/api.ts';
import type { CommandLine } from './core/args/command-line.ts';
import type { Services } from './core/command/command.ts';
import type { SharedFlags } from './core/command/shared-flags.ts';
import type { Output, Streams } from './core/output/output.ts';
import { createDraft } from './core/prompts/draft.ts';
import { createPrompts } from './core/prompts/prompts.ts';
import { resolveSession } from './core/session/session.ts';
import type { Settings } from './core/settings/settings.ts';

/** The services of a command, configured by the shared flags. */
export async function createServices(
  shared: SharedFlags,
  about: {
    streams: Streams;
    output: Output;
    settings: Settings;
    interrupted: AbortSignal;
    commandLine: CommandLine;
    perform: Services['perform'];
  },
): Promise<Services> {
  const { streams, output, settings, interrupted, commandLine, perform } = about;
  const whose = await resolveSession(streams.env, settings, shared.server);
  const prompts = createPrompts(streams, shared.input);
  const askForCode = async (send: (code: string) => Promise<void>) => {
    const { askForCode: ask } = await import('./core/prompts/code.ts');
    output.note('This needs your second factor.');
    await ask({ prompts, output }, send);
  };
  return {
    api: createApi({
      ...whose,
      interrupted,
      stderr: streams.stderr,
      askForCode: prompts.possible ? askForCode : undefined,
    }),
    store: whose.store,
    output,
    settings,
    prompts,
    draft: createDraft(commandLine),
    stdin: () => streams.stdin,
    commandLine,
    perform,
    fields: shared.fields,
  };
}
