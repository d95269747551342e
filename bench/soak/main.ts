// A soak test with fault injection: clients use the API for some minutes while server processes, PostgreSQL, connections
// and sessions are killed. No acknowledged write may be missing, and no client may get another's answer.
//
//   npm run soak -- [--pgbouncer | --patroni [--replica]] [--minutes 10] [--seed N] [--servers 3] [--json]
//
// --pgbouncer puts PgBouncer in between. --patroni has two nodes of PostgreSQL, kills the primary three times, switches over and
// stops a primary, and then ends; with --replica the standby answers queries. Both need Debian's packages.

import { OperatorError } from '../../src/server/errors/errors.ts';
import { readFlags, runBench } from '../support.ts';
import { describe, isClean } from './report.ts';
import { soak } from './soak.ts';

const flags = readFlags({
  minutes: 10,
  seed: Date.now() % 1_000_000,
  servers: 3,
  pgbouncer: false,
  patroni: false,
  replica: false,
  json: false,
});

const failures = ['primary', 'primary', 'primary', 'switchover', 'freeze'] as const;

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // The first signal ends the run with a report.
  process.on(signal, () => interruption.abort());
}

await runBench(async () => {
  const report = await soak({
    on: flags.patroni
      ? { failures, replica: flags.replica }
      : flags.pgbouncer
        ? 'pgbouncer'
        : 'postgres',
    minutes: positive('minutes', flags.minutes),
    seed: positive('seed', flags.seed),
    servers: Math.max(2, Math.floor(positive('servers', flags.servers))),
    interrupted: interruption.signal,
  });
  if (report === null) {
    process.exitCode = 130;
    return;
  }
  process.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : describe(report));
  process.exitCode = isClean(report) ? (interruption.signal.aborted ? 130 : 0) : 1;
});

function positive(flag: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new OperatorError(`--${flag} takes a number above 0, not ${value}.`);
}
