import { createApi } from './api/api.ts';
import type { Services } from './command/command.ts';
import type { SharedFlags } from './command/shared-flags.ts';
import { createDraft } from './input/draft.ts';
import { createPrompts } from './input/prompts.ts';
import type { Output, Streams } from './output/output.ts';
import { serverAddress } from './session/server-address.ts';
import { createSessionStore } from './session/store.ts';

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
  const store = createSessionStore(streams.env);
  const server = serverAddress({
    flag: shared.server,
    environment: streams.env.EPIC_SERVER,
    remembered: (await store.last()).server,
  });
  // An empty variable is what a script has whose secret is missing.
  const lentToken = streams.env.EPIC_TOKEN || undefined;
  return {
    api: createApi({ server, store, lentToken, interrupted, stderr: streams.stderr }),
    store,
    output,
    prompts: createPrompts(streams, shared.input),
    draft: createDraft(typed),
    stdin: () => streams.stdin,
    typed,
    perform,
    fields: shared.fields,
  };
}
