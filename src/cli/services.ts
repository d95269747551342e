import { createApi } from './core/api/api.ts';
import type { CommandLine } from './core/args/command-line.ts';
import type { Services } from './core/command/command.ts';
import type { SharedFlags } from './core/command/shared-flags.ts';
import { useZone, zoneOf } from './core/locale/zone.ts';
import { isAccessible } from './core/output/marks.ts';
import type { Output, Streams } from './core/output/output.ts';
import { createDraft } from './core/prompts/draft.ts';
import { createPrompts } from './core/prompts/prompts.ts';
import { resolveSession } from './core/session/session.ts';
import type { Settings } from './core/settings/settings.ts';

/** The zone that times are shown and typed in: the person's, or the company's; undefined for the terminal's. */
function zoneFor(settings: Settings, company: string | undefined): string | undefined {
  const set = settings.find('time-zone');
  if (!set) return company;
  return set.value === 'local' ? undefined : zoneOf(set);
}

/** The services of a command, configured by the shared flags. */
export async function createServices(
  shared: SharedFlags,
  about: {
    streams: Streams;
    output: Output;
    settings: Settings;
    /** The TZ that the program was started with. */
    terminalZone: string | undefined;
    interrupted: AbortSignal;
    commandLine: CommandLine;
    perform: Services['perform'];
  },
): Promise<Services> {
  const { streams, output, settings, terminalZone, interrupted, commandLine, perform } = about;
  const whose = await resolveSession(streams.env, settings, shared.server);
  useZone(zoneFor(settings, whose.companyZone), terminalZone);
  const prompts = isAccessible(streams.env)
    ? (await import('./core/prompts/plain.ts')).createPlainPrompts(streams, shared.input)
    : createPrompts(streams, { wanted: shared.input, editor: () => settings.editor });
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
