import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import process from 'node:process';
import fc, { type Arbitrary } from 'fast-check';
import { programs } from '../support/paths.ts';
import { plainEnvironment } from '../support/program.ts';

/** A fault that is injected into a run of `epic`. Times are milliseconds after its start. */
export type Fault =
  | { kind: 'none' }
  | { kind: 'signal'; signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'; after: number }
  | { kind: 'pipe closed'; stream: 'stdout' | 'stderr'; after: number }
  | { kind: 'server dies'; afterBytes: number }
  | { kind: 'invalid UTF-8' };

export const faults: Arbitrary<Fault> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ kind: 'none' } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('signal' as const),
      signal: fc.constantFrom('SIGINT', 'SIGTERM', 'SIGHUP'),
      after: fc.nat({ max: 400 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('pipe closed' as const),
      stream: fc.constantFrom('stdout', 'stderr'),
      after: fc.nat({ max: 200 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('server dies' as const),
      afterBytes: fc.nat({ max: 3000 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'invalid UTF-8' } as const) },
);

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

// Commands that watch do not exit by themselves.
const timeoutMs = 5000;

/** Runs `epic` and injects a fault. */
export async function runWithFault(
  args: readonly string[],
  fault: Fault,
  at: { stateHome: string; folder: string; server: string },
): Promise<Outcome> {
  const proxy =
    fault.kind === 'server dies' ? await cuttingProxy(at.server, fault.afterBytes) : undefined;
  const env = {
    ...plainEnvironment(),
    XDG_STATE_HOME: at.stateHome,
    // A session belongs to the address of its server, so the proxy is transparent: see cuttingProxy.
    EPIC_SERVER: at.server,
    ...proxy?.env,
  };
  const child =
    fault.kind === 'invalid UTF-8'
      ? spawn(
          'bash',
          [
            '-c',
            String.raw`exec "$@" $'\xff\xfe\x80'`,
            'bash',
            process.execPath,
            programs.epic,
            ...args,
          ],
          { env, cwd: at.folder },
        )
      : spawn(process.execPath, [programs.epic, ...args], { env, cwd: at.folder });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text;
    });
  }
  child.stdin.on('error', () => undefined).end();
  const timers = [setTimeout(() => child.kill('SIGINT'), timeoutMs)];
  if (fault.kind === 'signal') {
    timers.push(setTimeout(() => child.kill(fault.signal), fault.after));
  }
  if (fault.kind === 'pipe closed') {
    timers.push(setTimeout(() => child[fault.stream].destroy(), fault.after));
  }
  const [code, signal] = await once(child, 'close');
  for (const timer of timers) clearTimeout(timer);
  proxy?.close();
  return { code, signal, ...output };
}

/** A proxy that closes the connections after so many bytes of answers. */
async function cuttingProxy(server: string, afterBytes: number) {
  const { hostname, port } = new URL(server);
  let left = afterBytes;
  const proxy = createServer((downstream) => {
    const upstream = connect(Number(port), hostname);
    const end = () => {
      downstream.destroy();
      upstream.destroy();
    };
    downstream.on('error', end).on('close', end).pipe(upstream);
    upstream
      .on('error', end)
      .on('close', end)
      .on('data', (data) => {
        downstream.write(data.subarray(0, Math.max(0, left)));
        left -= data.length;
        if (left <= 0) setImmediate(end);
      });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  const here = typeof address === 'object' ? address?.port : undefined;
  // Redirects every connection to the server to the proxy.
  const redirect = `import net from 'node:net';const c=net.Socket.prototype.connect;net.Socket.prototype.connect=function(...a){for(const o of a.flat())if(o&&Number(o.port)===${port})o.port=${here};return c.apply(this,a)}`;
  return {
    env: { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(redirect)}"` },
    close: () => proxy.close(),
  };
}
