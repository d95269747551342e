// Runs random sequences of operations until the model and the database disagree, or until there were enough:
//   npm run test:model -- [--operations N] [--seed N] [--path P] [--drivers SQL]

import { parseArgs } from 'node:util';
import { startTestServer } from '../support/test-server.ts';
import { Coverage } from './coverage.ts';
import { formatCounterexample, type SearchOptions, search } from './search.ts';
import type { StepListener } from './sequence.ts';
import { startSystem } from './system.ts';

const { values: flags } = parseArgs({
  options: {
    operations: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    path: { type: 'string' },
    drivers: { type: 'string', default: 'SQL,GraphQL' },
  },
});
const asked: SearchOptions = {
  operations: wholeNumber('operations', flags.operations),
  seed: wholeNumber('seed', flags.seed),
  path: flags.path,
  drivers: (['SQL', 'GraphQL'] as const).filter((driver) => flags.drivers.includes(driver)),
};

const { stop, ...server } = await startTestServer();
// As jest's global setup does: databases are cloned by this address.
process.env.EPIC_TEST_SERVER = JSON.stringify(server);
try {
  process.exitCode = (await agrees()) ? 0 : 1;
} finally {
  await stop();
}

async function agrees(): Promise<boolean> {
  const coverage = new Coverage();
  const system = await startSystem(asked.drivers);
  try {
    const found = await search(system, asked, withProgress(coverage));
    process.stderr.write(`${coverage}\n\n`);
    process.stdout.write(
      found === null
        ? `The model and the database agree (seed ${asked.seed}).\n`
        : `${formatCounterexample(found)}\n`,
    );
    return found === null;
  } finally {
    await system.close();
  }
}

function withProgress(coverage: Coverage): StepListener {
  return (...step) => {
    coverage.count(...step);
    if (coverage.total % 1000 === 0) process.stderr.write(`${coverage.total} …\n`);
  };
}

function wholeNumber(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  process.stderr.write(`--${flag} takes a whole number, not "${text}".\n`);
  process.exit(2);
}
