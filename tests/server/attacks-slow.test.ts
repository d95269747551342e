import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { buildSchema } from 'postgraphile/graphql';
import { type HttpLimits, httpLimits } from '../../src/server/http/limits.ts';
import { json } from '../../src/server/http/response.ts';
import { createHttpServer } from '../../src/server/http/server.ts';
import { until } from '../support/until.ts';
import { openConnection, readAnswer, sendRaw } from './support/raw-http.ts';

const invalid = (message: string) => ({ errors: [{ message, extensions: { code: 'INVALID' } }] });

describe('a slow client', () => {
  // As `epic-server start` makes it, except for the times: a test should not take them.
  let slow: Server;

  async function open(limits: Partial<HttpLimits>): Promise<string> {
    slow = await createHttpServer({
      api: {
        schema: buildSchema('type Query { field: Int }'),
        resolvedPreset: { grafserv: { maxRequestLength: 1_000_000 } },
      },
      routes: { '/healthz': () => json(200, {}) },
      tokens: { sign: unused, verify: unused },
      allowedOrigins: [],
      clientAddress: () => null,
      log: pino({ enabled: false }),
      report: () => undefined,
      onRequest: () => undefined,
      limits: { ...httpLimits, connectionsCheckingInterval: 20, ...limits },
    });
    slow.listen(0, '127.0.0.1');
    await once(slow, 'listening');
    const address = slow.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  afterEach(async () => {
    slow.closeAllConnections();
    slow.close();
    await once(slow, 'close');
  });

  /** Writes a character at a time until the server has had enough. */
  async function dribble(url: string, start: string, drop: string) {
    const socket = await openConnection(url);
    socket.on('error', () => undefined);
    const answer = readAnswer(socket);
    socket.write(start);
    while (socket.writable && !socket.readableEnded) {
      socket.write(drop);
      await sleep(10);
    }
    return await answer;
  }

  const tooSlow = { status: 408, body: invalid('The request took too long to arrive.') };

  test('a body that never ends is answered 408, and the connection is closed', async () => {
    const url = await open({ requestTimeout: 300, headersTimeout: 200 });
    const start =
      'POST /graphql HTTP/1.1\r\nhost: epic\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n';
    expect(await dribble(url, start, ' ')).toMatchObject(tooSlow);
  });

  test('headers that never end are answered 408, and the connection is closed', async () => {
    const url = await open({ headersTimeout: 200 });
    expect(
      await dribble(url, 'POST /graphql HTTP/1.1\r\nhost: epic\r\n', 'a: b\r\n'),
    ).toMatchObject(tooSlow);
  });

  test('a connection without a request is closed', async () => {
    const url = await open({ headersTimeout: 200 });
    expect(await readAnswer(await openConnection(url))).toMatchObject(tooSlow);
  });

  test('a connection that is idle between two requests is closed', async () => {
    const url = await open({ keepAliveTimeout: 50 });
    const answer = await sendRaw(url, 'GET /healthz HTTP/1.1\r\nhost: epic\r\n\r\n');
    expect(answer).toMatchObject({ status: 200 });
  });

  test('a client beyond the limit of connections is turned away', async () => {
    const url = await open({ maxConnections: 2 });
    const first = await openConnection(url);
    const second = await openConnection(url);
    const third = await openConnection(url);
    third.on('error', () => undefined);
    expect(await readAnswer(third)).toMatchObject({ status: null });
    first.destroy();
    second.destroy();
  });

  test('a connection is closed after its limit of requests', async () => {
    const url = await open({ maxRequestsPerSocket: 2 });
    const socket = await openConnection(url);
    let answers = '';
    socket.setEncoding('utf8').on('data', (some) => {
      answers += some;
    });
    socket.write('GET /healthz HTTP/1.1\r\nhost: epic\r\n\r\n'.repeat(3));
    await until(() => answers.includes(' 503 '));
    socket.destroy();
    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(answers.match(/connection: close/gi)).not.toBeNull();
  });
});

function unused(): never {
  throw new Error('Nobody has a token here.');
}
