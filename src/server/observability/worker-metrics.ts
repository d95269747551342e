import cluster, { type Worker } from 'node:cluster';
import { randomUUID } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { AggregatorRegistry, Counter, Registry } from 'prom-client';

// A request for /metrics reaches any worker process. It asks the primary process for the sum of all, which asks the workers.
// The protocol of prom-client itself waits for workers that are still starting.

type Message =
  | { kind: 'metrics of one'; id: string; metrics?: object[] }
  | { kind: 'metrics of all'; id: string; body?: string };

/** How long the other side has to answer, in ms. */
const workerTimeoutMs = 3_000;
const primaryTimeoutMs = 5_000;

/** Of a worker to the primary process, or back. */
type Channel = EventEmitter & { send?: ((message: Message) => unknown) | undefined };

/** Sends a question, and gives its answer; undefined when none comes in time. */
async function ask<Kind extends Message['kind']>(
  channel: Channel,
  kind: Kind,
  timeoutMs: number,
): Promise<Extract<Message, { kind: Kind }> | undefined> {
  const id = randomUUID();
  const { promise, resolve } = Promise.withResolvers<
    Extract<Message, { kind: Kind }> | undefined
  >();
  const onMessage = (message: Extract<Message, { kind: Kind }>) => {
    if (message.id === id) resolve(message);
  };
  const timer = setTimeout(() => resolve(undefined), timeoutMs);
  channel.on('message', onMessage);
  try {
    channel.send?.({ kind, id });
    return await promise;
  } finally {
    clearTimeout(timer);
    channel.off('message', onMessage);
  }
}

/** In a worker: lets the primary process read this registry. Returns what reads those of all. */
export function shareRegistry(registry: Registry): () => Promise<string> {
  process.on('message', async (message: Message) => {
    if (message.kind !== 'metrics of one') return;
    const metrics = await registry.getMetricsAsJSON();
    process.send?.({ ...message, metrics });
  });
  return async () => {
    const answer = await ask(process, 'metrics of all', primaryTimeoutMs);
    if (answer?.body === undefined)
      throw new Error('The primary process did not tell the metrics.');
    return answer.body;
  };
}

/** In the primary process: answers the workers that are serving, and counts what `countRestart` is called for. */
export function answerWorkers(serving: ReadonlySet<Worker>): { countRestart(): void } {
  const own = new Registry();
  const restarts = new Counter({
    name: 'epic_worker_restarts_total',
    help: 'Worker processes that ended and were replaced.',
    registers: [own],
  });
  cluster.on('message', async (worker: Worker, message: Message) => {
    if (message.kind !== 'metrics of all') return;
    const answers = await Promise.all(
      [...serving].map((each) => ask(each, 'metrics of one', workerTimeoutMs)),
    );
    const parts = [
      ...answers.flatMap((answer) => (answer?.metrics ? [answer.metrics] : [])),
      await own.getMetricsAsJSON(),
    ];
    const body = await AggregatorRegistry.aggregate(parts).metrics();
    if (worker.isConnected()) worker.send({ ...message, body });
  });
  return { countRestart: () => restarts.inc() };
}
