import { createApi } from './api/api.ts';
import type { Services } from './command/command.ts';
import type { SharedFlags } from './command/shared-flags.ts';
import { createDraft } from './input/draft.ts';
import { createPrompts } from './input/prompts.ts';
import type { Output, Streams } from './output/output.ts';
import { whoseSession } from './session/whose.ts';

/** What a command works with, by the flags that every command has. */
export async function createServices(
  shared: SharedFlags,
  about: {
    streams: Streams;
    output: Output;
    interrupted: AbortSignal;
    typed: readonly string[];
    perform: Services['perform'];
  },
): Promise<Services> {
  const { streams, output, interrupted, typed, perform } = about;
  const whose = await whoseSession(streams.env, shared.server);
  return {
    api: createApi({ ...whose, interrupted, stderr: streams.stderr }),
    store: whose.store,
    output,
    prompts: createPrompts(streams, shared.input),
    draft: createDraft(typed),
    stdin: () => streams.stdin,
    typed,
    perform,
    fields: shared.fields,
  };
}
