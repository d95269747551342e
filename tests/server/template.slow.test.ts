import { join } from 'node:path';
import { Client } from 'pg';
import { openLocalDatabase } from '../../src/server/database/deploy/local.ts';
import { findTemplate, makeTemplate } from '../../src/server/database/deploy/template.ts';
import { openCluster } from '../../src/server/database/embedded/cluster.ts';
import type { Template } from '../../src/server/database/embedded/template.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';

let temporary: string;
let template: Template;

beforeAll(async () => {
  temporary = await makeTemporaryFolder();
  await makeTemplate(join(temporary, 'scratch'));
  const found = await findTemplate();
  if (found === undefined) throw new Error('There is no template after it was made.');
  template = found;
});

afterAll(async () => {
  await removeFolder(temporary);
});

async function query(url: string, sql: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

const secrets = `
  select encode(inner_key, 'hex') from identity.proof_key
  union all
  select encode(outer_key, 'hex') from identity.proof_key
  union all
  select rolpassword from pg_authid where rolpassword is not null`;

async function openCopy(name: string) {
  return openLocalDatabase(join(temporary, name), () => undefined, { template });
}

test('a copy of the template is deployed already, and has only the passwords of its own folder', async () => {
  const { cluster, deployment, authenticatorUrl, adminUrl } = await openCopy('deployed');
  try {
    expect(deployment).toEqual({ migrations: [], replaced: [] });
    expect(await query(authenticatorUrl, 'select current_user')).toEqual(['epic_authenticator']);
    expect(await query(adminUrl, 'select from crm.employee')).toEqual([]);
  } finally {
    await cluster.close();
  }
});

test('copies of the template share no key and no password', async () => {
  const found: string[] = [];
  for (const name of ['first', 'second']) {
    const { cluster, adminUrl } = await openCopy(name);
    found.push(...(await query(adminUrl, secrets)));
    await cluster.close();
  }
  expect(found).toHaveLength(10);
  expect(new Set(found).size).toBe(10);
});

test('the template has no password, and its key is in no copy', async () => {
  const options = { dataFolder: join(temporary, 'as made'), say: () => undefined };
  const original = await openCluster({ ...options, template: { ...template, renewal: [] } });
  const before = await query(original.adminUrl('epic'), secrets);
  const logins = 'select rolname from pg_authid where rolpassword is not null';
  expect(await query(original.adminUrl('epic'), logins)).toEqual(['postgres']);
  await original.close();

  const { cluster, adminUrl } = await openCopy('renewed');
  const after = await query(adminUrl, secrets);
  await cluster.close();
  expect(after.filter((secret) => before.includes(secret))).toEqual([]);
});

test('a renewal that fails leaves no database behind', async () => {
  const dataFolder = join(temporary, 'failed');
  const broken = { ...template, renewal: ['call dba.no_such_procedure()'] };
  await expect(
    openLocalDatabase(dataFolder, () => undefined, { template: broken }),
  ).rejects.toThrow(/^The template .* could not be copied:\n[\s\S]*no_such_procedure/);
  const { cluster, deployment } = await openLocalDatabase(dataFolder, () => undefined);
  await cluster.close();
  expect(deployment.migrations).not.toEqual([]);
});
