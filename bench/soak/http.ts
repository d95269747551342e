import { Agent, type ClientRequest, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiError } from '../../tests/server/support/api.ts';
import type { Counts } from './counts.ts';
import type { Random } from './random.ts';

/** The outcome of a request. */
export type Reply<Data> =
  | { outcome: 'answered'; data: Data | null; errors: ApiError[] }
  /** It was sent; whether it was done is unknown. */
  | { outcome: 'lost' }
  /** It cannot have reached a server. */
  | { outcome: 'unsent' };

export type GraphqlRequest = {
  query: string;
  variables?: Record<string, unknown>;
  token?: string | null;
};

/** Sends requests to any of the servers, and to another one where a connection is refused. Never sends one twice. */
export type HttpClient = {
  ask<Data>(graphqlRequest: GraphqlRequest): Promise<Reply<Data>>;
  /** Closes the connections of up to `max` requests in flight, and returns how many. */
  abort(max: number): number;
  close(): void;
};

const retryForMs = 20_000;

export function createHttpClient(options: {
  urls: readonly string[];
  random: Random;
  counts: Counts;
  signal: AbortSignal;
}): HttpClient {
  const { urls, random, counts, signal } = options;
  const agents = new Map(urls.map((url) => [url, new Agent({ keepAlive: true, maxSockets: 20 })]));
  const inFlight = new Set<ClientRequest>();
  const abort = new WeakSet<ClientRequest>();

  async function send<Data>(url: string, graphqlRequest: GraphqlRequest): Promise<Reply<Data>> {
    const sent = post(url, graphqlRequest, agents.get(url));
    inFlight.add(sent.request);
    try {
      const answer = readAnswer<Data>(await sent.body);
      counts.count(answer.errors[0]?.extensions.code ?? 'OK');
      return { outcome: 'answered', ...answer };
    } catch (error) {
      if (isRefused(error)) return { outcome: 'unsent' };
      counts.count(abort.has(sent.request) ? 'CUT' : 'LOST');
      return { outcome: 'lost' };
    } finally {
      inFlight.delete(sent.request);
    }
  }

  return {
    async ask<Data>(graphqlRequest: GraphqlRequest) {
      const deadline = performance.now() + retryForMs;
      while (performance.now() < deadline && !signal.aborted) {
        const reply = await send<Data>(random.pick(urls), graphqlRequest);
        if (reply.outcome !== 'unsent') return reply;
        await sleep(random.between(50, 150));
      }
      return { outcome: 'unsent' };
    },
    abort(max) {
      const chosen = random.shuffled([...inFlight]).slice(0, max);
      for (const one of chosen) {
        abort.add(one);
        one.destroy();
      }
      return chosen.length;
    },
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** Whether a server answers: one request on a new connection, with a timeout of five seconds. */
export async function isServing(url: string, graphqlRequest: GraphqlRequest): Promise<boolean> {
  try {
    const { body } = post(url, graphqlRequest, undefined, AbortSignal.timeout(5_000));
    return readAnswer(await body).errors.length === 0;
  } catch {
    return false;
  }
}

function post(
  url: string,
  { query, variables = {}, token }: GraphqlRequest,
  agent: Agent | undefined,
  signal = AbortSignal.timeout(30_000),
): { request: ClientRequest; body: Promise<string> } {
  const payload = JSON.stringify({ query, variables });
  const sent = request(`${url}/graphql`, {
    method: 'POST',
    agent: agent ?? new Agent(),
    signal,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(payload),
      ...(token && { authorization: `Bearer ${token}` }),
    },
  });
  const body = new Promise<string>((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', (response) => text(response).then(resolve, reject));
  });
  sent.end(payload);
  return { request: sent, body };
}

/** Throws if it is not complete JSON. */
function readAnswer<Data>(body: string): { data: Data | null; errors: ApiError[] } {
  const { data = null, errors = [] } = JSON.parse(body) as { data?: Data; errors?: ApiError[] };
  return { data, errors };
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}
