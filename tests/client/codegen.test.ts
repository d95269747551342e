import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { buildSchema, isScalarType, isSpecifiedScalarType, parse } from 'graphql';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.ts';
import { codegenConfigOf, setUpWorkplace, type Workplace } from './support/guide.ts';

// What graphql-codegen makes of the schema with the `codegen.js` of docs/api.md, and callers of epic-events/client with it.
// tests/clients/codegen has its command line do the same.

const root = join(import.meta.dirname, '..', '..');
const schema = buildSchema(await readFile(join(root, 'schema.graphql'), 'utf8'));
const guide = await readFile(join(root, 'docs/api.md'), 'utf8');
const source = `data:text/javascript,${encodeURIComponent(codegenConfigOf(guide))}`;
const { default: configuration } = (await import(source)) as {
  default: { generates: Record<string, { config: { scalars: Record<string, unknown> } }> };
};
const config = Object.values(configuration.generates)[0]?.config ?? { scalars: {} };

let folder: string;
let workplace: Workplace;

beforeEach(async () => {
  folder = await makeTemporaryFolder();
  workplace = await setUpWorkplace(folder, '');
});
afterEach(async () => {
  workplace.shell.close();
  await removeFolder(folder);
});

const document = `query Contracts($after: Cursor, $from: Datetime) {
  contracts(condition: {createdFrom: $from}, after: $after) {
    nodes { totalAmount createdAt }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** What the compiler says of a program that reads a list with generated types. */
async function compiled(options: typeof config) {
  const types = await codegen({
    filename: 'contracts.ts',
    schema: {} as never,
    schemaAst: schema,
    documents: [{ location: 'contracts.graphql', document: parse(document) }],
    config: options,
    pluginMap: { typescriptOperations },
    plugins: [{ typescriptOperations: {} }],
  });
  await workplace.write('types.ts', types);
  await workplace.write(
    'program.ts',
    `import { createClient, type Operation } from 'epic-events/client';
import type { ContractsQuery, ContractsQueryVariables } from './types.ts';
const epic = createClient({ url: 'http://127.0.0.1:4000' });
const Contracts: Operation<ContractsQuery, ContractsQueryVariables> = '';
const list = epic.all(Contracts, { from: '2026-11-23T09:38:12Z' }, (data) => data.contracts);
export async function print(): Promise<void> {
  for await (const { totalAmount, createdAt } of list) console.log(totalAmount.length, Date.parse(createdAt));
}
`,
  );
  return workplace.compile();
}

test('the configuration in the guide maps every scalar of the schema', () => {
  const scalars = Object.values(schema.getTypeMap())
    .filter((type) => isScalarType(type) && !isSpecifiedScalarType(type))
    .map(({ name }) => name);
  expect(scalars).toContain('Money');
  expect(Object.keys(config.scalars).sort()).toEqual(scalars.sort());
});

test('the scalars of the guide type amounts, times and cursors', async () => {
  expect(await compiled(config)).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('a cursor that codegen has left unknown is an error that says what to add', async () => {
  const { code, stdout } = await compiled({ scalars: {} });
  expect(code).not.toBe(0);
  expect(stdout).toContain(
    "If it is unknown, add Cursor: 'string' to the scalars of your codegen.js",
  );
});

test('graphql-codegen refuses a scalar that its configuration does not map', async () => {
  const { Money: _, ...scalars } = config.scalars;
  await expect(compiled({ ...config, scalars })).rejects.toThrow('Money');
});
