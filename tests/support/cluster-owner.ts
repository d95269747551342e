// A program that owns an embedded PostgreSQL until it is interrupted: node cluster-owner.ts FOLDER

import { Client } from 'pg';
import { openCluster } from '../../src/server/database/embedded/cluster.ts';

const [dataFolder = ''] = process.argv.slice(2);
const cluster = await openCluster({ dataFolder, durable: false, say: () => undefined });
process.once('SIGINT', async () => {
  const client = new Client({ connectionString: cluster.adminUrl('postgres') });
  await client.connect();
  await client.query('select pg_sleep(0.2)');
  await client.end();
  await cluster.close();
  process.stdout.write('closed\n');
});

process.stdout.write('open\n');
