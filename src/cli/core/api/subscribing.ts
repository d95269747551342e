import type { Client, Operation } from '../../../client/index.ts';

/** Variables of a subscription that can be taken up again where it was left. */
export interface Resumable {
  after?: string | null | undefined;
}

/** What the person hears of the connection. */
export interface Following {
  onLost(): void;
  onBack(): void;
}

/** What a subscription delivers, until the signal. */
export async function* followed<Result extends object, Variables extends Resumable>(
  client: Client,
  operation: Operation<Result, Variables>,
  variables: Variables,
  { signal, ...events }: Following & { signal: AbortSignal },
): AsyncGenerator<Result, void, undefined> {
  const { openSubscriptions } = await import('../../../client/subscriptions.ts');
  yield* openSubscriptions(client, events).follow(operation, variables, { signal });
}
