import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
import { root } from './generated-file.ts';

const folder = join(root, 'src/cli/operations');

const header = `// Made by \`npm run generate\` from *.graphql and schema.graphql. Do not edit.

import type { Operation } from '../../client/index.ts';

`;

const scalars = {
  BigInt: 'string',
  Cursor: 'string',
  Date: 'string',
  Datetime: 'string',
  JSON: 'unknown',
  Money: 'string',
  UUID: 'string',
};

/** The operations do not fit the schema; the message says where. */
export class InvalidOperations extends Error {}

/** The operations of `epic`, typed against a schema. Throws InvalidOperations. */
export async function operationsFor(sdl: string): Promise<string> {
  const schema = parse(new Source(sdl, 'schema.graphql'));
  const documents = readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => ({
      location: name,
      document: parse(new Source(readFileSync(join(folder, name), 'utf8'), name)),
    }));
  const all: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: documents.flatMap(({ document }) => document.definitions),
  };
  const problems = validate(buildASTSchema(schema), all);
  if (problems.length > 0) throw new InvalidOperations(problems.join('\n\n'));
  const types = await codegen({
    filename: join(root, 'src/cli/operations/index.ts'),
    schema,
    documents,
    plugins: [{ operations: {} }],
    pluginMap: { operations: typescriptOperations },
    config: {
      skipTypename: true,
      strictScalars: true,
      disableDescriptions: true,
      enumType: 'const',
      scalars,
    },
  });
  const texts = separated(all).map(
    ([name, text]) =>
      `export const ${name}: Operation<${kindOf(name, all)}, ${kindOf(name, all)}Variables> =\n  '${text}';\n`,
  );
  return `${header}${types}\n${texts.join('\n')}`;
}

/** Each operation with the fragments that it uses, by its name. */
function separated(all: DocumentNode): [name: string, text: string][] {
  return Object.entries(separateOperations(all)).map(([name, document]) => [
    name,
    stripIgnoredCharacters(print(document)),
  ]);
}

/** The generated type of an operation's result: `ClientListQuery`, `ClientCreateMutation`, `EventChangedSubscription`. */
function kindOf(name: string, all: DocumentNode): string {
  const operation = all.definitions.find(
    (each) => each.kind === Kind.OPERATION_DEFINITION && each.name?.value === name,
  );
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`No operation ${name}.`);
  const [initial = '', ...rest] = operation.operation;
  return `${name}${initial.toUpperCase()}${rest.join('')}`;
}
