import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { answerWorkers } from '../observability/worker-metrics.ts';

export interface WorkersOptions {
  /** How many processes. */
  count: number;
  /** Where they listen. */
  host: string;
  /** What of their environment is not that of this process. */
  env: Record<string, string>;
  log: Logger;
  /** Resolves when they are to stop. */
  stop: Promise<void>;
  /** Called once all of them listen. */
  onReady: (url: string) => void;
}

/** How long a worker has to live for its end not to count as one more of a series, in ms. */
const settledAfterMs = 60_000;
const longestPauseMs = 10_000;

/**
 * Runs worker processes that share a port, each of which is a whole server, until `stop`, and then until they have ended.
 * One that ends is replaced, after a pause that doubles while they end soon. When the first one cannot start, none is
 * started, and the exit code is 1: it has said why.
 */
export async function runWorkers(options: WorkersOptions): Promise<void> {
  const { count, env, log, stop } = options;
  const running = new Set<Worker>();
  const serving = new Set<Worker>();
  const { countRestart } = answerWorkers(serving);
  let isStopping = false;
  const pauses = new AbortController();
  stop.then(() => {
    isStopping = true;
    pauses.abort();
    for (const worker of running) ask(worker);
  });

  function fork(): Worker {
    const worker = cluster.fork(env);
    running.add(worker);
    // a channel that breaks is followed by the end of its process
    worker.on('error', () => undefined);
    worker.once('listening', () => serving.add(worker));
    worker.once('disconnect', () => serving.delete(worker));
    worker.once('exit', () => running.delete(worker));
    if (isStopping) ask(worker);
    return worker;
  }

  /** Keeps one worker running, beginning with `worker`. */
  async function keep(worker: Worker): Promise<void> {
    let pause = 0;
    for (let current = worker; ; current = fork()) {
      const start = performance.now();
      const [code, signal] = await ended(current);
      if (isStopping) return;
      countRestart();
      const about = { worker: current.id, pid: current.process.pid, code, signal };
      const isAsked = code === 0;
      pause = isAsked || performance.now() - start > settledAfterMs ? 0 : longer(pause);
      if (isAsked) log.info(about, 'a worker was stopped: another one is started');
      else log.error({ ...about, pause }, 'a worker has ended: another one is started');
      // when every worker has ended, this timer alone keeps the process running
      await sleep(pause, undefined, { signal: pauses.signal }).catch(() => undefined);
      if (isStopping) return;
    }
  }

  const first = fork();
  const address = await listening(first);
  if (address === undefined) {
    if (!isStopping) process.exitCode = 1;
    return;
  }
  const others = Array.from({ length: count - 1 }, fork);
  const kept = [first, ...others].map(keep);
  if ((await Promise.all(others.map(listening))).every(Boolean) && !isStopping) {
    const { host } = options;
    options.onReady(`http://${host.includes(':') ? `[${host}]` : host}:${address.port}`);
  }
  await Promise.all(kept);
}

/** Asks a worker to stop. A signal of its own, beside one that its whole group got, would end it at once. */
function ask(worker: Worker): void {
  if (worker.isConnected()) worker.send('stop');
}

async function ended(worker: Worker): Promise<unknown[]> {
  if (worker.isDead()) return [worker.process.exitCode, worker.process.signalCode];
  return once(worker, 'exit');
}

/** Where a worker listens; undefined if it ends before that. */
async function listening(worker: Worker): Promise<AddressInfo | undefined> {
  const controller = new AbortController();
  const { signal } = controller;
  try {
    return await Promise.race([
      once(worker, 'listening', { signal }).then(([address]) => address),
      once(worker, 'exit', { signal }).then(() => undefined),
    ]);
  } finally {
    controller.abort();
  }
}

const longer = (pause: number) => Math.min(Math.max(100, pause * 2), longestPauseMs);
