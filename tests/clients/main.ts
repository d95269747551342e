// node tests/clients/main.ts [NAME…]: the applications of this folder, each installed from its own package-lock.json and run on a
// real server with the demo company. `npm run test:clients`, .ci/run; it needs npm's registry.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { runTests, test } from '../../scripts/test-runner.ts';
import { loadCompany } from '../../src/server/demo/company.ts';
import { codegenConfigOf } from '../client/support/guide.ts';
import { plainEnvironment } from '../support/program.ts';
import { spawnServer } from '../support/server.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';
import { adminUrlOf, createClone, loginUrlsOf, startTestServer } from '../support/test-server.ts';

const refused = { code: 'FORBIDDEN', kind: 'sales_update_own' };
const job = { me: 'Alice Martin', refused };

/** What each application prints, beside the contracts that it has read. */
const applications: Record<string, Record<string, unknown>> = {
  apollo: {
    ...job,
    status: 'signed',
    found: ['client 1', 'contract 1', 'employee 1', 'event 1', 'note 1'],
    badDocument: { code: 'INVALID' },
    badToken: { code: 'UNAUTHENTICATED', kind: 'token_invalid' },
  },
  codegen: {
    ...job,
    hasReadAll: true,
    status: 'signed',
    totalAmount: '1000,50',
    isSignedNow: true,
    wrong: 'INVALID',
  },
  'graphql-request': { ...job, status: 'signed', amountToBePaid: '600.50' },
  relay: { ...job, status: ['draft', 'signed'] },
  urql: {
    ...job,
    status: ['draft', 'signed'],
    methods: ['POST', 'GET', 'GET', 'POST', 'POST', 'GET', 'POST', 'GET', 'POST'],
  },
};

const root = join(import.meta.dirname, '..', '..');
const execute = promisify(execFile);

/** Installs an application outside this repository, as others would, and gives what it prints. */
async function run(name: string, folder: string, url: string): Promise<unknown> {
  const source = join(import.meta.dirname, name);
  await cp(source, folder, {
    recursive: true,
    filter: (file) => file !== join(source, 'node_modules'),
  });
  // an application that waits for ever fails
  const options = { cwd: folder, env: plainEnvironment(), timeout: 300_000 };
  const npm = (...args: string[]) => execute('npm', args, options);
  await npm('ci', '--no-audit', '--no-fund');
  if (name === 'relay') {
    const schema = await fetch(`${url}/schema.graphql`);
    await writeFile(join(folder, 'schema.graphql'), await schema.text());
  }
  if (name === 'codegen') {
    // what `npm install` of this repository does
    await symlink(root, join(folder, 'node_modules', 'epic-events'));
    const guide = await readFile(join(root, 'docs/api.md'), 'utf8');
    await writeFile(join(folder, 'codegen.js'), codegenConfigOf(guide));
  }
  const { stdout } = await npm('start', '--silent', '--', url);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

await runTests(async () => {
  const folder = await makeTemporaryFolder();
  const { stop, ...postgres } = await startTestServer();
  try {
    const database = `${postgres.template}_clients`;
    await createClone(postgres, database);
    await loadCompany(adminUrlOf(postgres, database));
    const server = await spawnServer(loginUrlsOf(postgres, database));
    const admin = new Client({ connectionString: adminUrlOf(postgres, database) });
    try {
      await admin.connect();
      const wanted = process.argv.slice(2);
      const folders = await readdir(import.meta.dirname, { withFileTypes: true });
      for (const name of folders
        .filter((each) => each.isDirectory())
        .map((each) => each.name)
        .sort()) {
        if (wanted.length > 0 && !wanted.includes(name)) continue;
        await test(`${name} does its job with the API`, async () => {
          const { rows } = await admin.query<{ id: number }>(
            `select contract.id from crm.contract join crm.employee on employee.id = commercial_id
             where email = 'alice.martin@epicevents.example' order by 1`,
          );
          const contracts = rows.map(({ id }) => id);
          const printed = await run(name, join(folder, name), server.url);
          assert.deepEqual(printed, { ...applications[name], contracts });
        });
      }
    } finally {
      await admin.end();
      await server.stop();
    }
  } finally {
    await stop();
    await removeFolder(folder);
  }
});
