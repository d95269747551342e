import { readdirSync, readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import { OperatorError } from '../../src/server/errors/errors.ts';

/** What is sent to a contender. */
export interface HttpRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What a contender did in one go: all but the first are infinite where nothing was answered in time. */
export interface Sample {
  /** Requests a second. */
  throughput: number;
  /** Milliseconds of CPU per request, of its processes and of PostgreSQL's; of clock ticks, so that a go should take seconds. */
  cpu: number;
  databaseCpu: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

/** What is sent in turn: always the same, or each time the requests of a new group, of a size. */
export type Sequence = readonly HttpRequest[] | { size: number; next(): readonly HttpRequest[] };

type Options = { connections: number; seconds: number };

/** Requests over one connection: the server closes it after 1,000, of which autocannon takes no notice. */
const reconnectRate = 900;

/** The process of a contender, and PostgreSQL's, each of which may have children. */
export interface Processes {
  pid: number;
  postmaster: number;
}

/** What the processes did while `work` sent requests, and gave the milliseconds that each took. */
export async function sampled(
  { pid, postmaster }: Processes,
  work: () => Promise<number[]>,
): Promise<Sample> {
  const before = cpuMilliseconds();
  const start = performance.now();
  const latencies = await work();
  const seconds = (performance.now() - start) / 1000;
  const after = cpuMilliseconds();
  const spent = (root: number) => (after(root) - before(root)) / latencies.length;
  latencies.sort((one, other) => one - other);
  return {
    throughput: latencies.length / seconds,
    cpu: spent(pid),
    databaseCpu: spent(postmaster),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
}

/**
 * Sends the requests over so many connections, each with one request at a time, and gives the milliseconds that each answer
 * took. Throws an OperatorError when one is refused.
 */
export async function sendRequests(
  sequence: Sequence,
  { connections, seconds: duration }: Options,
): Promise<number[]> {
  const [first] = 'next' in sequence ? sequence.next() : sequence;
  if (first === undefined) throw new Error('There is nothing to send.');
  const latencies: number[] = [];
  const requests = 'next' in sequence ? groupRequests(sequence) : sequence.map(requestTo);
  const { non2xx, errors } = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon(
      { url: first.url, connections, duration, timeout: 60, requests, reconnectRate },
      (error, result) => (error ? reject(error) : resolve(result)),
    );
    // its own percentiles are of whole milliseconds
    run.on('response', (_client, _status, _bytes, milliseconds) => latencies.push(milliseconds));
  });
  if (non2xx > 0 || errors > 0) {
    throw new OperatorError(
      `${first.url}: ${latencies.length} answers, ${non2xx} refusals, ${errors} errors.`,
    );
  }
  return latencies;
}

function requestTo({ url, headers, body }: HttpRequest): autocannon.Request {
  return { method: 'POST', path: new URL(url).pathname, headers, body };
}

/** Each connection takes a group when it begins one. GraphQL refuses with status 200, so that the answers are looked at. */
function groupRequests({ size, next }: { size: number; next(): readonly HttpRequest[] }) {
  return Array.from({ length: size }, (_, nth): autocannon.Request => {
    return {
      setupRequest(request, context) {
        const taken = context as { group?: readonly HttpRequest[] };
        if (nth === 0) taken.group = next();
        const sent = taken.group?.[nth];
        if (sent === undefined) throw new Error('The group has ended.');
        return { ...request, ...requestTo(sent) };
      },
      onResponse(_status, body) {
        if (body.includes('"errors"')) throw new OperatorError(body);
      },
    };
  });
}

/** The answer to one request, as JSON. Throws when it has errors. */
export async function answerOf({ url, headers, body }: HttpRequest): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  const answer = response.ok ? JSON.parse(text) : undefined;
  if (answer === undefined || answer.errors !== undefined) {
    throw new OperatorError(`${url} answers ${response.status}: ${text}`);
  }
  return answer.data;
}

function percentile(sorted: readonly number[], share: number): number {
  return (
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ??
    Number.POSITIVE_INFINITY
  );
}

/** User and system time so far of a process and its children, also those that have ended: Linux counts 100 ticks a second. */
function cpuMilliseconds(): (root: number) => number {
  const processes = readdirSync('/proc').flatMap((pid) => {
    const stat = /^\d+$/.test(pid) ? statOf(pid) : null;
    if (stat === null) return [];
    // the name of the program is in brackets, and may have spaces
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [own, ended] = [11, 13].map(
      (nth) => (Number(fields[nth]) + Number(fields[nth + 1])) * 10,
    );
    return [{ pid: Number(pid), parent: Number(fields[1]), own: own ?? 0, ended: ended ?? 0 }];
  });
  return (root) =>
    processes.reduce((sum, { pid, parent, own, ended }) => {
      if (pid === root) return sum + own + ended;
      return parent === root ? sum + own : sum;
    }, 0);
}

/** Null when the process has ended meanwhile. */
function statOf(pid: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
}

/** The process that is the parent of PostgreSQL's others, of which one is given. */
export function parentOf(pid: number): number {
  const stat = statOf(String(pid)) ?? '';
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}
