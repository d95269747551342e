import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createClient } from '../../src/client/index.ts';
import { demoPassword, loadCompany } from '../../src/server/demo/company.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';
import {
  asInGuide,
  examplesOf,
  setUpWorkplace,
  timeless,
  type Workplace,
} from './support/guide.ts';

// docs/api.md, tried: every example is run, one after the other, on the demo company, and has to give what the
// guide shows.

const guide = readFileSync(resolve(import.meta.dirname, '../../docs/api.md'), 'utf8');
const examples = examplesOf(guide);
const addressInGuide = 'http://127.0.0.1:4000';

let database: TestDatabase;
let server: RunningServer;
let folder: string;
let workplace: Workplace;

beforeAll(async () => {
  database = await cloneDatabase();
  await loadCompany(database.adminUrl);
  server = await startServer(database);
  folder = await makeTemporaryFolder();
  workplace = await setUpWorkplace(folder, database.adminUrl);
  // The tour of `npm run demo` has signed one.
  const alice = createClient({ url: server.url });
  await alice.login({ email: 'alice.martin@epicevents.example', password: demoPassword });
  await alice.query('mutation { signContract(input: {contractId: 25}) { contract { id } } }');
  await alice.logout();
});

afterAll(async () => {
  workplace.shell.close();
  await server.stop();
  await database.drop();
  await removeFolder(folder);
});

const here = (text: string) => text.replaceAll(addressInGuide, server.url);
const there = (text: string) => text.replaceAll(server.url, addressInGuide);

/** What a program goes on from that does not make a client of its own: the first one that prints nothing. */
const beginning =
  examples.find(({ language, answer }) => language === 'ts' && answer === null)?.code ?? '';
const programOf = (code: string) =>
  here(code.includes('createClient(') ? code : `${beginning}\n${code}`);

describe('the guide of the client', () => {
  test.each(examples.map((example) => [example.line, example] as const))(
    'line %i',
    async (line, { language, code, answer }) => {
      let output: string;
      if (language === 'sh') output = await workplace.shell.run(here(code));
      else {
        const run = await workplace.run(await workplace.write(`${line}.ts`, programOf(code)));
        expect(run).toMatchObject({ code: 0, stderr: '' });
        output = run.stdout;
      }
      if (answer?.language === 'json') {
        const shown: unknown = JSON.parse(answer.text);
        expect(asInGuide(JSON.parse(there(output)), shown)).toEqual(shown);
      } else expect(timeless(there(output))).toBe(timeless(answer?.text ?? ''));
    },
  );
});

test('the programs of the guide compile in strict mode', async () => {
  expect(await workplace.compile()).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('the program with a service account has ten lines', () => {
  const program = examples.find(({ code }) => code.includes('jwt.sign('))?.code ?? '';
  expect(program.trim().split('\n')).toHaveLength(10);
});

test('the first program of the guide lists unsigned contracts and signs one', () => {
  const script =
    examples.find(({ language, code }) => language === 'ts' && code.includes('signContract'))
      ?.code ?? '';
  expect(script).toContain('unsigned: true');
  expect(script.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(10);
});
