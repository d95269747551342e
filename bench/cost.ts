// What row-level security costs the hot statements: under the policies, and by hand as a role that bypasses them, as
// `epic-server policies cost` measures it: in a database that is there, or else in a scaled company, which --data keeps.
//
//   npm run bench -- cost [--url postgres://superuser@…/database] [--data FOLDER] [--scale 1m] [--rounds 200]
//     [--only REGEXP] [--json]

import { measureCost } from '../src/server/dba/cost/cost.ts';
import { atMost, figureRows } from './figures.ts';
import { scaleNamed, withScaledDatabases } from './growth/cluster.ts';
import { load, readFlags, runBench, table, withClient } from './support.ts';

const flags = readFlags({ url: '', data: '', scale: '1m', rounds: 200, only: '', json: false });
const budget = 1.1;

await runBench(async () => {
  if (flags.url !== '') return measure(flags.url);
  return withScaledDatabases(flags.data || undefined, [scaleNamed(flags.scale)], async (scaled) => {
    for (const { adminUrl } of scaled) await measure(adminUrl);
  });
});

async function measure(url: string): Promise<void> {
  const before = load();
  const report = await withClient(url, (client) =>
    measureCost(client, { budget, rounds: flags.rounds, only: new RegExp(flags.only) }),
  );
  const figures = report.comparisons.map(({ department, operation, ratio }) =>
    atMost(`${department}, ${operation}: policies`, ratio, budget, '× by hand'),
  );
  const measured = { ...report, load: { before, after: load() }, figures };
  process.stdout.write(
    flags.json ? `${JSON.stringify(measured, null, 2)}\n` : `${table(figureRows(figures))}\n`,
  );
}
