import { Agent, type ClientRequest, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiError } from '../../tests/server/support/api.ts';
import type { Random } from './randomness.ts';
import type { Tally } from './tally.ts';

/** What becomes of a request. */
export type Reply<Data> =
  | { outcome: 'answered'; data: Data | null; errors: ApiError[] }
  /** It was sent, and nobody knows whether it was done. */
  | { outcome: 'lost' }
  /** It cannot have reached a server. */
  | { outcome: 'unsent' };

export type Question = {
  query: string;
  variables?: Record<string, unknown>;
  token?: string | null;
};

/** The way to the servers: any of them, and another one where nobody listens. Nothing is sent twice. */
export type Line = {
  ask<Data>(question: Question): Promise<Reply<Data>>;
  /** Cuts the connections of up to that many requests under way. Gives how many. */
  cut(most: number): number;
  close(): void;
};

const patience = 20_000;

export function createLine(options: {
  urls: readonly string[];
  random: Random;
  tally: Tally;
  signal: AbortSignal;
}): Line {
  const { urls, random, tally, signal } = options;
  const agents = new Map(urls.map((url) => [url, new Agent({ keepAlive: true, maxSockets: 20 })]));
  const underWay = new Set<ClientRequest>();
  const cut = new WeakSet<ClientRequest>();

  async function send<Data>(url: string, question: Question): Promise<Reply<Data>> {
    const sent = post(url, question, agents.get(url));
    underWay.add(sent.request);
    try {
      const answer = readAnswer<Data>(await sent.body);
      tally.count(answer.errors[0]?.extensions.code ?? 'OK');
      return { outcome: 'answered', ...answer };
    } catch (error) {
      if (isRefused(error)) return { outcome: 'unsent' };
      tally.count(cut.has(sent.request) ? 'CUT' : 'LOST');
      return { outcome: 'lost' };
    } finally {
      underWay.delete(sent.request);
    }
  }

  return {
    async ask<Data>(question: Question) {
      const deadline = performance.now() + patience;
      while (performance.now() < deadline && !signal.aborted) {
        const reply = await send<Data>(random.pick(urls), question);
        if (reply.outcome !== 'unsent') return reply;
        await sleep(random.between(50, 150));
      }
      return { outcome: 'unsent' };
    },
    cut(most) {
      const chosen = random.shuffled([...underWay]).slice(0, most);
      for (const one of chosen) {
        cut.add(one);
        one.destroy();
      }
      return chosen.length;
    },
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** Whether one server does its work: asks it once, on a connection of its own, and waits five seconds at most. */
export async function isServing(url: string, question: Question): Promise<boolean> {
  try {
    const { body } = post(url, question, undefined, AbortSignal.timeout(5_000));
    return readAnswer(await body).errors.length === 0;
  } catch {
    return false;
  }
}

function post(
  url: string,
  { query, variables = {}, token }: Question,
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

/** Throws when it is none, or not all of it. */
function readAnswer<Data>(body: string): { data: Data | null; errors: ApiError[] } {
  const { data = null, errors = [] } = JSON.parse(body) as { data?: Data; errors?: ApiError[] };
  return { data, errors };
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}
