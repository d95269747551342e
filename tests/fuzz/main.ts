// Runs random command lines until one breaks, or there were enough:
//   npm run test:fuzz -- [--runs N] [--seed N]

import process from 'node:process';
import { parseArgs } from 'node:util';
import { openOffice, soldContract } from '../cli/office.ts';
import { startTestServer } from '../support/test-server.ts';
import { fuzz } from './fuzz.ts';

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

const { stop, ...server } = await startTestServer();
// As jest's global setup does: databases are cloned by this address.
process.env.EPIC_TEST_SERVER = JSON.stringify(server);
try {
  const office = await openOffice();
  try {
    await soldContract(await office.at('sales'));
    await fuzz(office, { runs: Number(flags.runs), seed: Number(flags.seed) });
    process.stdout.write(`${flags.runs} command lines, nothing broke (seed ${flags.seed}).\n`);
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  } finally {
    await office.close();
  }
} finally {
  await stop();
}
