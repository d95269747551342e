// Types the operations of `epic` against schema.graphql, into src/client/operations.ts.
// With --check it writes nothing and fails when that file is out of date.
// --schema PATH reads another schema.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { codegen } from '@graphql-codegen/core';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import {
  buildASTSchema,
  type DocumentNode,
  Kind,
  parse,
  print,
  Source,
  separateOperations,
  stripIgnoredCharacters,
  validate,
} from 'graphql';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'src/client/operations');
const target = join(root, 'src/client/operations.ts');

const { values: flags } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    schema: { type: 'string', default: join(root, 'schema.graphql') },
  },
});

const header = `// Made by scripts/generate-operations.ts from operations/*.graphql and schema.graphql. Do not edit.

import type { Operation } from './operation.ts';

`;

function readDocument(path: string): DocumentNode {
  return parse(new Source(readFileSync(path, 'utf8'), path));
}

function fail(lines: readonly string[]): never {
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exit(1);
}

/** Each operation with the fragments that it uses, by its name. */
function separated(all: DocumentNode): [name: string, text: string][] {
  return Object.entries(separateOperations(all)).map(([name, document]) => [
    name,
    stripIgnoredCharacters(print(document)),
  ]);
}

const schemaDocument = readDocument(flags.schema);
const documents = readdirSync(folder)
  .filter((name) => name.endsWith('.graphql'))
  .sort()
  .map((name) => ({ location: name, document: readDocument(join(folder, name)) }));
const all: DocumentNode = {
  kind: Kind.DOCUMENT,
  definitions: documents.flatMap(({ document }) => document.definitions),
};

const problems = validate(buildASTSchema(schemaDocument), all);
if (problems.length > 0) fail(problems.map((problem) => problem.toString()));

const types = await codegen({
  filename: target,
  schema: schemaDocument,
  documents,
  plugins: [{ operations: {} }],
  pluginMap: { operations: typescriptOperations },
  config: {
    skipTypename: true,
    strictScalars: true,
    disableDescriptions: true,
    scalars: {
      BigInt: 'string',
      Cursor: 'string',
      Date: 'string',
      Datetime: 'string',
      JSON: 'unknown',
      Money: 'string',
      UUID: 'string',
    },
  },
});

const texts = separated(all).map(
  ([name, text]) =>
    `export const ${name}: Operation<${kindOf(name)}, ${kindOf(name)}Variables> =\n  '${text}';\n`,
);

/** The generated type of an operation's result: `ClientListQuery`, `ClientCreateMutation`, `EventChangedSubscription`. */
function kindOf(name: string): string {
  const operation = all.definitions.find(
    (each) => each.kind === Kind.OPERATION_DEFINITION && each.name?.value === name,
  );
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`No operation ${name}.`);
  const [initial = '', ...rest] = operation.operation;
  return `${name}${initial.toUpperCase()}${rest.join('')}`;
}

const generated = `${header}${types}\n${texts.join('\n')}`;
if (!flags.check) writeFileSync(target, generated);
else if (readFileSync(target, 'utf8') !== generated) {
  fail(['src/client/operations.ts is out of date.', 'Run: npm run operations']);
}
