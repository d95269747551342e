// What the API costs beside the best that is known, and beside what a good engineer writes by hand: the same database, pool,
// token and load, answers compared before timing, rounds that take turns. docs/decisions/0036 says why these are fair.
//
//   npm run bench -- api [--operations unsigned,…] [--contenders limit,…] [--size 10k|1m|10m] [--seconds 3] [--rounds 5]
//                        [--json]

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CompanySize,
  fillScaledCompany,
  scaledCompany,
  scales,
} from '../../src/server/demo/scale.ts';
import { OperatorError } from '../../src/server/errors/errors.ts';
import { generateJwks } from '../../src/server/identity/key-file.ts';
import { loadKeys } from '../../src/server/identity/keys.ts';
import { createTokens } from '../../src/server/identity/tokens.ts';
import { makeTemporaryFolder, removeFolder } from '../../tests/support/temporary-folder.ts';
import {
  type BenchServer,
  load,
  log,
  readFlags,
  runBench,
  withBenchServer,
  withClient,
} from '../support.ts';
import { type Caller, type Contender, contenders, type Ground } from './contenders.ts';
import { parentOf } from './load.ts';
import { operations } from './operations.ts';
import { type Result, report } from './report.ts';
import { openSession, type Person, people } from './sessions.ts';
import { compareAnswers, takeTurns } from './turns.ts';

const flags = readFlags({
  operations: operations.map(({ key }) => key).join(),
  contenders: Object.keys(contenders).join(),
  size: '1m',
  seconds: 3,
  rounds: 5,
  json: false,
});
const { seconds, rounds } = flags;

await runBench(async () => {
  const chosen = named(flags.operations, (key) => operations.find((one) => one.key === key));
  const starters = named(flags.contenders, (name) => contenders[name]);
  const [size] = named(flags.size, (name) =>
    new Map<string, CompanySize>(Object.entries(scales)).get(name),
  );
  if (size === undefined) return;
  await withBenchServer(undefined, async (server) => {
    const folder = await makeTemporaryFolder();
    const running: Contender[] = [];
    try {
      const { ground, callers } = await prepare(server, folder, size);
      for (const start of starters) running.push(await start(ground));
      const before = load();
      const results: Result[] = [];
      for (const operation of chosen) {
        log(`${operation.title} …`);
        const caller = callers[operation.who];
        const answering = await compareAnswers(running, operation, caller);
        const samples = await takeTurns(answering, operation, caller, { seconds, rounds });
        results.push({ operation, samples });
      }
      report(
        {
          server: server.description,
          contracts: size.contracts,
          seconds,
          rounds,
          load: { before, after: load() },
        },
        results,
        flags.json,
      );
    } finally {
      for (const contender of running) await contender.stop();
      await removeFolder(folder);
    }
  });
});

/** What the names of a list stand for. */
function named<Value>(list: string, find: (name: string) => Value | undefined): Value[] {
  return list.split(',').map((name) => {
    const found = find(name);
    if (found === undefined) throw new OperatorError(`There is no ${name}.`);
    return found;
  });
}

/** A company, signing keys, and someone of each department with an access token. */
async function prepare(
  server: BenchServer,
  folder: string,
  size: CompanySize,
): Promise<{ ground: Ground; callers: Record<Person, Caller> }> {
  const database = await server.makeDatabase();
  const adminUrl = server.adminUrl(database);
  await fillScaledCompany(adminUrl, size, { say: log });
  const company = await scaledCompany(adminUrl);
  if (typeof company === 'string') throw new Error(`The database is ${company}.`);

  const keysFile = join(folder, 'keys.json');
  await writeFile(keysFile, JSON.stringify(generateJwks()), { mode: 0o600 });
  const issuer = 'bench';
  const { sign } = createTokens(loadKeys(keysFile), { issuer, timeZone: 'Europe/Paris' });
  const callerOf = (who: Person) =>
    withClient(adminUrl, async (client): Promise<Caller> => {
      const { claims, expiresAt } = await openSession(client, company[people[who]]);
      return { claims, token: sign(claims, expiresAt) };
    });
  const urls = server.loginUrls(database);
  return {
    ground: {
      server,
      database,
      urls,
      postmaster: await withClient(adminUrl, async (client) => {
        const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
        return parentOf(rows[0]?.pid ?? 0);
      }),
      salesperson: company.salesperson,
      setup: { databaseUrl: urls.authenticatorUrl, adminUrl, keysFile, issuer },
    },
    callers: {
      sales: await callerOf('sales'),
      support: await callerOf('support'),
      management: await callerOf('management'),
    },
  };
}
