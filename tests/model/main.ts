// Plays random days until the model and the database disagree, or until enough was agreed on:
//   npm run test:model -- [--operations N] [--seed N] [--path P] [--doors SQL]

import { parseArgs } from 'node:util';
import { startTestServer } from '../support/test-server.ts';
import type { Witness } from './day.ts';
import { openOffice } from './office.ts';
import { reportOf, type Search, search } from './search.ts';
import { Tally } from './tally.ts';

const { values: flags } = parseArgs({
  options: {
    operations: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    path: { type: 'string' },
    doors: { type: 'string', default: 'SQL,GraphQL' },
  },
});
const asked: Search = {
  operations: wholeNumber('operations', flags.operations),
  seed: wholeNumber('seed', flags.seed),
  path: flags.path,
  doors: (['SQL', 'GraphQL'] as const).filter((door) => flags.doors.includes(door)),
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
  const tally = new Tally();
  const office = await openOffice(asked.doors);
  try {
    const found = await search(office, asked, countingAloud(tally));
    process.stderr.write(`${tally}\n\n`);
    process.stdout.write(
      found === null
        ? `The model and the database agree (seed ${asked.seed}).\n`
        : `${reportOf(found)}\n`,
    );
    return found === null;
  } finally {
    await office.close();
  }
}

function countingAloud(tally: Tally): Witness {
  return (...step) => {
    tally.count(...step);
    if (tally.total % 1000 === 0) process.stderr.write(`${tally.total} …\n`);
  };
}

function wholeNumber(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  process.stderr.write(`--${flag} takes a whole number, not "${text}".\n`);
  process.exit(2);
}
