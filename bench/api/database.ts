// The database alone: the statements of the limit over pg, prepared, without HTTP; in a session of the caller, under row-level
// security, or as a role that it does not bind. What a policy asks stands in WHERE (statements.ts).

import pg from 'pg';
import type { Claims } from '../../src/server/database/claims.ts';
import { connectionSettings, enterText, enterValues, setup } from './contender.ts';
import type { DatabaseRun } from './contenders.ts';
import { statements } from './statements.ts';

const options = setup();

process.on('message', (run: DatabaseRun) => {
  measure(run).then(
    (latencies) => process.send?.({ latencies }),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.once('disconnect', () => process.exit());
process.send?.({ port: 0 });

/** How long each statement took, in milliseconds; without `seconds` each is sent once, and gives its answer instead. */
async function measure({
  requests,
  claims,
  connections,
  seconds,
}: DatabaseRun): Promise<unknown[]> {
  const clients = await Promise.all(Array.from({ length: connections }, () => enter(claims)));
  try {
    const until = performance.now() + seconds * 1000;
    const taken = await Promise.all(
      clients.map(async (client) => {
        const results: unknown[] = [];
        for (
          let nth = 0;
          seconds === 0 ? nth < requests.length : performance.now() < until;
          nth += 1
        ) {
          const { key, variables } = requests[nth % requests.length] ?? { key: '', variables: {} };
          const operation = statements[key];
          if (operation === undefined) throw new Error(`There is no operation ${key}.`);
          const start = performance.now();
          const { rows } = await client.query({
            name: key,
            text: operation.texts[0],
            values: operation.values(variables)[0],
            rowMode: 'array',
          });
          results.push(seconds === 0 ? rows[0]?.[0] : performance.now() - start);
        }
        return results;
      }),
    );
    return taken.flat();
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

/** A connection in a transaction of the caller. */
async function enter(claims: Claims): Promise<pg.Client> {
  const client = new pg.Client(options.bypassRole ? options.adminUrl : options.databaseUrl);
  await client.connect();
  await client.query(connectionSettings);
  await client.query('begin');
  if (options.bypassRole === undefined) {
    await client.query(enterText, enterValues(claims));
  } else {
    await client.query('select identity.set_claims($1, $2, $3, $4)', [
      options.bypassRole,
      claims.employeeId,
      claims.sessionId,
      claims.department,
    ]);
    await client.query(`set local role ${options.bypassRole}`);
  }
  return client;
}
