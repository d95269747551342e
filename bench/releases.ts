// What this checkout costs beside another one, such as the commit before: the same requests to the demo company of each,
// in alternating blocks of one run. Wall time, and CPU of the server with its PostgreSQL, per request.
//
//   git worktree add ../before HEAD~1 && (cd ../before && npm ci)
//   npm run bench -- releases --other ../before [--blocks 20] [--requests 100] [--only NAME] [--json]

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { localDatabaseName } from '../src/server/database/deploy/local.ts';
import { withExistingCluster } from '../src/server/database/embedded/cluster.ts';
import { demoPassword } from '../src/server/demo/company.ts';
import { OperatorError } from '../src/server/errors/errors.ts';
import { makeTemporaryFolder, removeFolder } from '../tests/support/temporary-folder.ts';
import { load, log, median, readFlags, runBench, table, withClient } from './support.ts';

const flags = readFlags({
  other: '',
  blocks: 20,
  requests: 100,
  clients: 10_000,
  only: '',
  json: false,
});
const { blocks, requests } = flags;
const concurrency = 4;

interface Case {
  name: string;
  kind: 'read' | 'write';
  document: string;
  /** Of request `turn`. */
  variables?: (turn: number) => Record<string, unknown>;
}

const cases: readonly Case[] = [
  { name: 'me', kind: 'read', document: '{ me { id fullName department } }' },
  {
    name: 'list of 50 contracts',
    kind: 'read',
    document: `{ contracts(first: 50, orderBy: ID_DESC) { nodes {
      id status totalAmount amountToBePaid createdAt client { id fullName companyName } } } }`,
  },
  {
    name: 'my clients',
    kind: 'read',
    document: `{ clients(first: 50, condition: { mine: true }) { nodes {
      id fullName email phone companyName } } }`,
  },
  {
    name: 'client with contracts and events',
    kind: 'read',
    document: `query ($id: Int!) { client(id: $id) { id fullName email
      commercial { id fullName }
      contracts { nodes { id status totalAmount events { nodes { id title startDate } } } } } }`,
    variables: (turn) => ({ id: 1 + (turn % 80) }),
  },
  {
    name: 'list of clients, searched',
    kind: 'read',
    document:
      '{ clients(first: 50, condition: { search: "durand" }) { nodes { id fullName email } } }',
  },
  {
    name: 'search',
    kind: 'read',
    document: '{ search(text: "durand") { kind id title detail } }',
  },
  {
    name: 'update a client',
    kind: 'write',
    document: `mutation ($id: Int!, $phone: String!) {
      updateClient(input: { id: $id, patch: { phone: $phone } }) { client { id } } }`,
    variables: (turn) => ({ phone: `+33 1 ${10_000_000 + turn}` }),
  },
  {
    name: 'record a contact',
    kind: 'write',
    document: 'mutation ($id: Int!) { recordContact(input: { clientId: $id }) { client { id } } }',
    variables: () => ({}),
  },
  {
    name: 'create a contract',
    kind: 'write',
    document: `mutation ($id: Int!) {
      createContract(input: { contract: { clientId: $id, totalAmount: "100.00" } }) { contract { id } } }`,
    variables: () => ({}),
  },
];

/** A checkout that serves its demo company. */
interface Arm {
  name: string;
  url: string;
  process: ChildProcess;
  token: string;
  /** Ids of clients that the session's employee looks after. */
  own: number[];
}

interface Measured {
  name: string;
  kind: Case['kind'];
  /** Medians over the blocks, in milliseconds per request: the other checkout, then this one. */
  wall: [number, number];
  cpu: [number, number];
  wallRatio: number;
  cpuRatio: number;
}

const started: ChildProcess[] = [];

await runBench(async () => {
  if (flags.other === '') {
    throw new OperatorError('Another checkout is missing.', 'Give it with --other FOLDER.');
  }
  const folder = await makeTemporaryFolder();
  const arms: Arm[] = [];
  try {
    arms.push(await startArm('other', resolve(flags.other), join(folder, 'other')));
    arms.push(await startArm('this', resolve(import.meta.dirname, '..'), join(folder, 'this')));
    const before = load();
    const measured: Measured[] = [];
    for (const what of cases.filter(({ name }) => name.includes(flags.only))) {
      log(`${what.name} …`);
      measured.push(await compare(what, arms));
    }
    report({ blocks, requests, load: { before, after: load() }, cases: measured });
  } finally {
    for (const child of started) {
      child.kill();
      if (child.exitCode === null) await once(child, 'exit');
    }
    await removeFolder(folder);
  }
});

async function startArm(name: string, checkout: string, folder: string): Promise<Arm> {
  log(`starting ${name}: ${checkout} …`);
  const child = spawn(process.execPath, [join(checkout, 'scripts/demo.ts')], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, EPIC_DATA: folder, EPIC_PORT: '0' },
  });
  started.push(child);
  let url = '';
  let isReady = false;
  for await (const line of createInterface({ input: child.stdout })) {
    url = /ready at (\S+) after/.exec(line)?.[1] ?? url;
    isReady = line.startsWith('Ctrl-C stops');
    if (isReady) break;
  }
  if (!isReady) throw new OperatorError(`The demo of ${checkout} ended before it served.`);
  child.stdout.resume();

  const login = await post(url, '', {
    query: `mutation ($input: LoginInput!) { login(input: $input) { accessToken employee { id } } }`,
    variables: { input: { email: 'alice.martin@epicevents.example', password: demoPassword } },
  });
  const arm: Arm = { name, url, process: child, token: login.login.accessToken, own: [] };
  await importClients(arm, flags.clients);
  const vacuumed = await withExistingCluster(
    { dataFolder: folder, say: log },
    localDatabaseName,
    (adminUrl) => withClient(adminUrl, (client) => client.query('vacuum (analyze)')),
  );
  if (vacuumed === null) throw new OperatorError(`The PostgreSQL of ${checkout} is not found.`);
  const { clients } = await post(url, arm.token, {
    query: '{ clients(first: 500, condition: { mine: true }) { nodes { id } } }',
  });
  arm.own = clients.nodes.map(({ id }: { id: number }) => id);
  return arm;
}

/** So many clients of the session's employee, through the API. */
async function importClients({ url, token }: Arm, count: number): Promise<void> {
  const importId = '00000000-0000-4000-8000-000000000001';
  const lines = Array.from({ length: count }, (_, index) => ({
    line: index + 1,
    values: {
      full_name: `Imported Client ${index}`,
      email: `client${index}@imported.example`,
      company_name: `Company ${index}`,
    },
  }));
  while (lines.length > 0) {
    await post(url, token, {
      query: 'mutation ($input: StageImportInput!) { stageImport(input: $input) { staged } }',
      variables: { input: { importId, lines: lines.splice(0, 500) } },
    });
  }
  await post(url, token, {
    query:
      'mutation ($input: RunImportInput!) { runImport(input: $input) { outcome { created } } }',
    variables: { input: { importId, record: 'client' } },
  });
}

async function compare(what: Case, arms: readonly Arm[]): Promise<Measured> {
  const samples = arms.map(() => ({ wall: [] as number[], cpu: [] as number[] }));
  let turn = 0;
  for (let block = -2; block < blocks; block++) {
    // The order alternates, so that neither always runs on the caches of the other.
    const order = block % 2 === 0 ? [0, 1] : [1, 0];
    for (const index of order) {
      const arm = arms[index];
      const sample = samples[index];
      if (arm === undefined || sample === undefined) continue;
      const taken = await runBlock(what, arm, turn);
      if (block < 0) continue;
      sample.wall.push(taken.wall / requests);
      sample.cpu.push(taken.cpu / requests);
    }
    turn += requests;
  }
  const [other, here] = samples;
  if (other === undefined || here === undefined) throw new Error('There are two arms.');
  const ratio = (key: 'wall' | 'cpu') =>
    median(here[key].map((value, index) => value / (other[key][index] ?? Number.NaN)));
  return {
    name: what.name,
    kind: what.kind,
    wall: [median(other.wall), median(here.wall)],
    cpu: [median(other.cpu), median(here.cpu)],
    wallRatio: ratio('wall'),
    cpuRatio: ratio('cpu'),
  };
}

/** Milliseconds of wall time and of CPU. */
async function runBlock(
  what: Case,
  arm: Arm,
  firstTurn: number,
): Promise<{ wall: number; cpu: number }> {
  const cpuBefore = cpuOf(arm.process.pid ?? 0);
  const start = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < requests) {
        const turn = firstTurn + next++;
        const own = arm.own[turn % arm.own.length];
        await post(arm.url, arm.token, {
          query: what.document,
          ...(what.variables && { variables: { id: own, ...what.variables(turn) } }),
        });
      }
    }),
  );
  return { wall: performance.now() - start, cpu: cpuOf(arm.process.pid ?? 0) - cpuBefore };
}

// biome-ignore lint/suspicious/noExplicitAny: the answers of documents that stand above
async function post(url: string, token: string, body: object): Promise<any> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== '' && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

/** The CPU time of a process and its descendants, in milliseconds. Linux only. */
function cpuOf(root: number): number {
  const processes = new Map<number, { parent: number; milliseconds: number }>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const [, parent] = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      const threads = readdirSync(`/proc/${name}/task`).map((thread) =>
        Number(readFileSync(`/proc/${name}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
      );
      const nanoseconds = threads.reduce((sum, value) => sum + value, 0);
      processes.set(Number(name), { parent: Number(parent), milliseconds: nanoseconds / 1e6 });
    } catch {
      // it has ended meanwhile
    }
  }
  const isOurs = (pid: number): boolean =>
    pid === root || (processes.has(pid) && isOurs(processes.get(pid)?.parent ?? 0));
  return [...processes].reduce(
    (sum, [pid, { milliseconds }]) => (isOurs(pid) ? sum + milliseconds : sum),
    0,
  );
}

function report(measured: {
  blocks: number;
  requests: number;
  load: { before: number; after: number };
  cases: Measured[];
}): void {
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
    return;
  }
  const ms = (value: number) => value.toFixed(2);
  process.stdout.write(
    `${blocks} blocks of ${requests} requests, ${concurrency} at a time; load ${measured.load.before} to ${measured.load.after}.
Milliseconds per request, the other checkout and this one; medians of the blocks, and of their ratios.

${table([
  ['', 'wall', '', 'ratio', 'CPU', '', 'ratio'],
  ...measured.cases.map(({ name, wall, wallRatio, cpu, cpuRatio }) => [
    name,
    ms(wall[0]),
    ms(wall[1]),
    ms(wallRatio),
    ms(cpu[0]),
    ms(cpu[1]),
    ms(cpuRatio),
  ]),
])}
`,
  );
}
