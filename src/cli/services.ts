import { createApi } from './api/api.ts';
import type { Services } from './command.ts';
import { createDraft } from './draft.ts';
import type { Output, Streams } from './output/output.ts';
import type { SharedFlags } from './program.ts';
import { createPrompts } from './prompts.ts';
import { serverAddress } from './server-address.ts';
import { createSessionStore } from './session-store.ts';

/** What a command works with, by the flags that every command has. */
export async function createServices(
  shared: SharedFlags,
  about: {
    streams: Streams;
    output: Output;
    interrupted: AbortSignal;
    typed: readonly string[];
  },
): Promise<Services> {
  const { streams, output, interrupted, typed } = about;
  const store = createSessionStore(streams.env);
  const server = serverAddress({
    flag: shared.server,
    environment: streams.env.EPIC_SERVER,
    remembered: (await store.last()).server,
  });
  return {
    api: createApi({ server, store, interrupted, stderr: streams.stderr }),
    store,
    output,
    prompts: createPrompts(streams, shared.input),
    draft: createDraft(typed),
    stdin: () => streams.stdin,
    typed,
    fields: shared.fields,
  };
}
