import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { type Epic, setUpEpic } from '../support/epic.ts';
import { root } from '../support/paths.ts';
import { addClient, addEmployee, password } from '../support/people.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';
import { ask, type Session } from './support/api.ts';

const ours = 'query Ours { me { email } }';
const hash = createHash('sha256').update(ours).digest('hex');

let database: TestDatabase;
let folder: string;
let list: string;
let server: RunningServer;
let epic: Epic;
let token: string;

beforeAll(async () => {
  database = await cloneDatabase();
  const id = await addEmployee(database, { email: 'a@epic.example', department: 'sales' });
  await addClient(database, id, 'Zoé Client');
  folder = await makeTemporaryFolder();
  list = join(folder, 'operations.json');
  const documents = JSON.parse(await readFile(join(root, 'dist/epic-operations.json'), 'utf8'));
  await writeFile(list, JSON.stringify({ ...documents, [hash]: ours }));

  server = await startServer(database, { EPIC_TRUSTED_DOCUMENTS: list });
  epic = await setUpEpic(server.url);
  const logIn = Object.values<string>(documents).find((text) => text.startsWith('mutation Login'));
  const { data } = await ask<{ login: Session }>(server.url, logIn ?? '', {
    variables: { input: { email: 'a@epic.example', password } },
  });
  token = data?.login.accessToken ?? '';
});

afterAll(async () => {
  await epic.dispose();
  await server.stop();
  await database.drop();
  await removeFolder(folder);
});

async function post(body: unknown) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

const answered = { status: 200, body: { data: { me: { email: 'a@epic.example' } } } };
const refused = {
  status: 400,
  body: {
    errors: [
      {
        message: 'This server executes only documents that it knows.',
        extensions: {
          code: 'INVALID',
          kind: 'document_not_trusted',
          hint: 'Ask the operators of the server to add the document to the list of EPIC_TRUSTED_DOCUMENTS.',
        },
      },
    ],
  },
};

test('a server of trusted documents accepts every operation of epic', async () => {
  const login = await epic.run(['login', '--email', 'a@epic.example', '--password-stdin'], {
    input: `${password}\n`,
  });
  expect(login).toMatchObject({ code: 0, stderr: '' });
  const clients = await epic.run(['client', 'list', '--json']);
  expect(JSON.parse(clients.stdout)).toEqual([expect.objectContaining({ name: 'Zoé Client' })]);
});

test.each([
  ['its text', { query: ours }],
  ['its hash', { documentId: hash }],
  ['its hash, with the name of the algorithm', { documentId: `sha256:${hash}` }],
  ['its hash as Relay’s id', { id: hash }],
  ['its hash as Apollo sends it', { extensions: { persistedQuery: { sha256Hash: hash } } }],
])('a trusted document is executed by %s', async (_how, body) => {
  expect(await post(body)).toEqual(answered);
});

test.each([
  ['a free query', { query: '{ me { id } }' }],
  ['a document of the list, changed by a space', { query: `${ours} ` }],
  ['a hash that is not on the list', { documentId: hash.replace(/^./, 'x') }],
  ['a name that every object has', { documentId: 'constructor' }],
  ['another such name', { id: '__proto__' }],
  ['introspection', { query: '{ __schema { types { name } } }' }],
  ['nothing', {}],
  ['an id that is no text', { documentId: { toString: hash } }],
])('a server of trusted documents refuses %s', async (_what, body) => {
  expect(await post(body)).toEqual(refused);
});

test('a query sent beside the hash of a trusted document does not replace it', async () => {
  expect(await post({ documentId: hash, query: '{ clients { totalCount } }' })).toEqual(answered);
});

test('the log contains nothing of a refused document', async () => {
  await ask(
    server.url,
    'mutation($p: String!) { login(input: { email: $p, password: $p }) { x } }',
    {
      variables: { p: 'typed secret' },
    },
  );
  expect(server.output()).not.toContain('typed secret');
});

test.each([
  ['is not there', null],
  ['is no JSON', 'query { me { id } }'],
  ['is a JSON list', '["query { me { id } }"]'],
])('the server does not start with a list of trusted documents that %s', async (_what, content) => {
  const file = join(folder, 'wrong.json');
  if (content !== null) await writeFile(file, content);
  await expect(startServer(database, { EPIC_TRUSTED_DOCUMENTS: file })).rejects.toThrow(
    `EPIC_TRUSTED_DOCUMENTS is "${file}", which is not a list of documents.`,
  );
});

test('the server does not start with a trusted document under a wrong hash', async () => {
  const file = join(folder, 'forged.json');
  await writeFile(file, JSON.stringify({ [hash]: '{ clients { totalCount } }' }));
  await expect(startServer(database, { EPIC_TRUSTED_DOCUMENTS: file })).rejects.toThrow(
    `EPIC_TRUSTED_DOCUMENTS lists a document under "${hash}", which is not the SHA-256 of its text.`,
  );
});
