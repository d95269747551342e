import { EpicError } from './errors.ts';

// A mutation is sent with an Idempotency-Key: sent again with the same one, because its answer was lost, it is carried out once.

/** A key, unlike any other; randomUUID() is missing from pages that do not come over HTTPS. */
export const newIdempotencyKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');

/** Whether a document holds a mutation: if a query is taken for one, its key is of no consequence. */
export const isMutation = (document: string): boolean => /\bmutation\b/.test(document);

/** A change may have been made all the same. */
const lost = new Set<unknown>(['connection_cut', 'database_lost']);
/** The server may be on its way back. */
const notBack = new Set<unknown>([
  ...lost,
  ...['unreachable', 'not_epic', 'database_unreachable', 'request_in_progress'],
]);

const pauses = [250, 1_000, 2_500];

/**
 * Sends a mutation again, with the key that it has, when its answer was lost. When no answer comes at last, it throws that it
 * was lost.
 */
export async function repeatIfLost<Result>(
  send: () => Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  let loss: unknown;
  for (const pause of [...pauses, null]) {
    try {
      return await send();
    } catch (error) {
      const kind = error instanceof EpicError ? error.problem.kind : undefined;
      if (lost.has(kind)) loss ??= error;
      if (loss === undefined || !notBack.has(kind)) throw error;
      if (pause === null) break;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
    signal?.throwIfAborted();
  }
  throw loss;
}
