import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import process from 'node:process';
import fc, { type Arbitrary } from 'fast-check';
import { programs } from '../support/paths.ts';
import { plainEnvironment } from '../support/program.ts';

/** What happens to a run of `epic` from outside. Times are milliseconds after its start. */
export type Disturbance =
  | { kind: 'none' }
  | { kind: 'signal'; signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'; after: number }
  | { kind: 'reader leaves'; stream: 'stdout' | 'stderr'; after: number }
  | { kind: 'server dies'; afterBytes: number }
  | { kind: 'broken text' };

export const disturbances: Arbitrary<Disturbance> = fc.oneof(
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
      kind: fc.constant('reader leaves' as const),
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
  { weight: 1, arbitrary: fc.constant({ kind: 'broken text' } as const) },
);

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

// What watches never ends by itself.
const longEnough = 5000;

/** Runs `epic` and lets that happen to it. */
export async function runDisturbed(
  args: readonly string[],
  disturbance: Disturbance,
  at: { stateHome: string; folder: string; server: string },
): Promise<Outcome> {
  const way =
    disturbance.kind === 'server dies'
      ? await dyingServer(at.server, disturbance.afterBytes)
      : undefined;
  const env = {
    ...plainEnvironment(),
    XDG_STATE_HOME: at.stateHome,
    // A session belongs to its server; the way there is a proxy that the client does not know of.
    EPIC_SERVER: at.server,
    ...way?.env,
  };
  const child =
    disturbance.kind === 'broken text'
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
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text) => {
      said[name] += text;
    });
  }
  child.stdin.on('error', () => undefined).end();
  const timers = [setTimeout(() => child.kill('SIGINT'), longEnough)];
  if (disturbance.kind === 'signal') {
    timers.push(setTimeout(() => child.kill(disturbance.signal), disturbance.after));
  }
  if (disturbance.kind === 'reader leaves') {
    timers.push(setTimeout(() => child[disturbance.stream].destroy(), disturbance.after));
  }
  const [code, signal] = await once(child, 'close');
  for (const timer of timers) clearTimeout(timer);
  way?.close();
  return { code, signal, ...said };
}

/** A way to the server that is cut after so many bytes of its answers. */
async function dyingServer(server: string, afterBytes: number) {
  const { hostname, port } = new URL(server);
  let left = afterBytes;
  const cutter = createServer((near) => {
    const far = connect(Number(port), hostname);
    const end = () => {
      near.destroy();
      far.destroy();
    };
    near.on('error', end).on('close', end).pipe(far);
    far
      .on('error', end)
      .on('close', end)
      .on('data', (data) => {
        near.write(data.subarray(0, Math.max(0, left)));
        left -= data.length;
        if (left <= 0) setImmediate(end);
      });
  });
  cutter.listen(0, '127.0.0.1');
  await once(cutter, 'listening');
  const address = cutter.address();
  const here = typeof address === 'object' ? address?.port : undefined;
  // The first request of every connection to the server goes through the cutter.
  const redirect = `import net from 'node:net';const c=net.Socket.prototype.connect;net.Socket.prototype.connect=function(...a){for(const o of a.flat())if(o&&Number(o.port)===${port})o.port=${here};return c.apply(this,a)}`;
  return {
    env: { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(redirect)}"` },
    close: () => cutter.close(),
  };
}
