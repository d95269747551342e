import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { parseArgv } from '../../src/cli/core/command/shared-flags.ts';
import type { Streams } from '../../src/cli/core/output/output.ts';
import { createRunner } from '../../src/cli/run.ts';

/** The outcome of sending requests one after the other. */
export interface Sent {
  milliseconds: number;
  /** Of the lists at the top of the answers. */
  rows: number;
  /** The first error of an answer. */
  error: string | undefined;
}

/** What `epic` sends, recorded by a proxy before the server. */
export interface Recorder {
  /** The bodies of the requests that a command line makes. A list makes one, which is not answered. */
  requestsOf(argv: readonly string[], token: string): Promise<readonly Buffer[]>;
  close(): Promise<void>;
}

/** Opens a proxy before the API at `url`, and runs `epic` in this process against it, as on a terminal of 80 columns. */
export async function openRecorder(url: string, stateFolder: string): Promise<Recorder> {
  let recorded: Buffer[] = [];
  let isAnswered = true;
  const proxy = createServer(async (request, response) => {
    const body = await buffer(request);
    recorded.push(body);
    if (!isAnswered) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{}}');
      return;
    }
    const { authorization = '' } = request.headers;
    const answer = await fetch(`${url}${request.url}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', authorization },
      body,
    });
    const text = await answer.text();
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });
  proxy.listen(0, '127.0.0.1');
  await new Promise((resolve) => proxy.once('listening', resolve));
  const { port } = proxy.address() as AddressInfo;
  return {
    async requestsOf(argv, token) {
      recorded = [];
      isAnswered = argv[1] !== 'list';
      const complaints: string[] = [];
      const env = {
        EPIC_SERVER: `http://127.0.0.1:${port}`,
        EPIC_TOKEN: token,
        XDG_STATE_HOME: stateFolder,
        TZ: process.env.TZ,
      };
      const runner = createRunner(streams(env, complaints), new AbortController().signal);
      const line = parseArgv(argv.length === 0 ? [] : [...argv, '--no-input', '--no-pager']);
      const code = await runner.run(line);
      if (code !== 0 && recorded.length === 0) {
        throw new Error(`epic ${argv.join(' ')}: ${complaints.join('')}`);
      }
      return recorded;
    },
    close: async () => {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}

function streams(env: NodeJS.ProcessEnv, complaints: string[]): Streams {
  const sink = (write: (text: string) => void, isTTY: boolean) =>
    Object.assign(
      new Writable({
        write(chunk, _, done) {
          write(String(chunk));
          done();
        },
      }),
      { isTTY, columns: 80, rows: 24 },
    ) as unknown as NodeJS.WriteStream;
  return {
    stdin: Object.assign(process.stdin, { isTTY: false }) as unknown as NodeJS.ReadStream,
    stdout: sink(() => undefined, true),
    stderr: sink((text) => complaints.push(text), false),
    env,
  };
}

/** Sends recorded requests to the API, one after the other. */
export async function send(url: string, requests: readonly Buffer[], token: string): Promise<Sent> {
  let rows = 0;
  let error: string | undefined;
  const start = performance.now();
  for (const body of requests) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${token}`,
      },
      body,
    });
    const answer = (await response.json()) as {
      data?: Record<string, { nodes?: unknown[] } | unknown[] | null> | null;
      errors?: { message: string }[];
    };
    error ??= answer.errors?.[0]?.message;
    for (const value of Object.values(answer.data ?? {})) {
      rows += (Array.isArray(value) ? value : (value?.nodes ?? [])).length;
    }
  }
  return { milliseconds: performance.now() - start, rows, error };
}
