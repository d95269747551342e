import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

/** An event as Sentry gets it. */
export interface SentryEvent {
  event_id?: string;
  timestamp?: number;
  message?: string;
  level?: string;
  release?: string;
  environment?: string;
  tags?: Record<string, string>;
  exception?: { values: { type: string; value: string; stacktrace?: { frames: object[] } }[] };
}

/** Stands in for Sentry's server: a real one, on the loopback address. */
export interface Collector {
  /** For SENTRY_DSN. */
  dsn: string;
  port: number;
  /** Everything that it was sent and answered with 200, as text. */
  received: string[];
  /** The events in it. */
  readonly events: SentryEvent[];
  /** What it answers. */
  status: number;
  /** Whether it keeps requests without an answer; and how many it keeps. */
  isHolding: boolean;
  readonly held: number;
  /** Answers what it keeps, and keeps no more. */
  letGo(): void;
  stop(): Promise<void>;
}

export async function startCollector(onPort = 0): Promise<Collector> {
  const received: string[] = [];
  let waiting: { response: ServerResponse; envelope: string }[] = [];
  const answer = ({ response, envelope }: { response: ServerResponse; envelope: string }) => {
    if (collector.status === 200) received.push(envelope);
    response.writeHead(collector.status).end('{}');
  };
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const isZipped = request.headers['content-encoding'] === 'gzip';
    const exchange = { response, envelope: (isZipped ? gunzipSync(body) : body).toString() };
    if (collector.isHolding) waiting.push(exchange);
    else answer(exchange);
  }).listen(onPort, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const collector: Collector = {
    dsn: `http://public@127.0.0.1:${port}/1`,
    port,
    received,
    get events() {
      return received.flatMap(eventsOf);
    },
    status: 200,
    isHolding: false,
    get held() {
      return waiting.length;
    },
    letGo() {
      collector.isHolding = false;
      waiting.forEach(answer);
      waiting = [];
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return collector;
}

/** An envelope is lines of JSON: its header, then a header and a body for each item. */
function eventsOf(envelope: string): SentryEvent[] {
  const [, header = '{}', body = '{}'] = envelope.split('\n');
  return JSON.parse(header).type === 'event' ? [JSON.parse(body)] : [];
}
