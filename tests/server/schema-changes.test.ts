import { readFile } from 'node:fs/promises';
import { type Change, ChangeType, CriticalityLevel, diff } from '@graphql-inspector/core';
import {
  buildSchema,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
} from 'graphql';

// The promise of docs/api.md, "How the schema changes": what breaks clients is named in CHANGELOG.md, is removed only after
// a release in which it was deprecated, and what is deprecated says what to use instead.

const textOf = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

let released: GraphQLSchema;
let schemaText: string;
/** CHANGELOG.md since the latest release. */
let unreleased: string;

beforeAll(async () => {
  released = buildSchema(await textOf('released-schema.graphql'));
  schemaText = await textOf('../../schema.graphql');
  const changelog = await textOf('../../CHANGELOG.md');
  [, unreleased = ''] = /^## \[Unreleased\]\n(.*?)^## \[/ms.exec(changelog) ?? [];
});

async function breakingChanges(from: GraphQLSchema, to: GraphQLSchema): Promise<Change[]> {
  const changes = await diff(from, to);
  return changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
}

/** The coordinates of breaking changes that a text does not name between backticks. */
const unnamed = (changes: readonly Change[], text: string) =>
  changes.map(({ path }) => path ?? '').filter((path) => !text.includes(`\`${path}\``));

const removals: readonly string[] = [
  ChangeType.FieldRemoved,
  ChangeType.FieldArgumentRemoved,
  ChangeType.EnumValueRemoved,
  ChangeType.InputFieldRemoved,
];

/** What a coordinate such as `Query.clients.first` means in a schema. */
function elementAt(schema: GraphQLSchema, coordinate: string) {
  const [typeName = '', name = '', argument] = coordinate.split('.');
  const type = schema.getType(typeName);
  if (isEnumType(type)) return type.getValue(name);
  if (isInputObjectType(type)) return type.getFields()[name];
  const field = isObjectType(type) ? type.getFields()[name] : undefined;
  return argument === undefined ? field : field?.args.find(({ name }) => name === argument);
}

/** The coordinates of what was removed, though the release before did not deprecate it. */
const removedAtOnce = (from: GraphQLSchema, changes: readonly Change[]) =>
  changes
    .filter(({ type }) => removals.includes(type))
    .map(({ path }) => path ?? '')
    .filter((path) => !elementAt(from, path)?.deprecationReason);

describe('the schema since the latest release', () => {
  test('has no breaking change that CHANGELOG.md does not name', async () => {
    const changes = await breakingChanges(released, buildSchema(schemaText));
    expect(unnamed(changes, unreleased)).toEqual([]);
  });

  test('has lost nothing that was not deprecated before', async () => {
    expect(
      removedAtOnce(released, await breakingChanges(released, buildSchema(schemaText))),
    ).toEqual([]);
  });

  test('says of everything deprecated what to use instead, and since when', () => {
    const reasons = [...schemaText.matchAll(/@deprecated(?:\(reason: "(.*?)"\))?/g)].map(
      ([, reason]) => reason,
    );
    expect(
      reasons.filter((reason) => !/^Since \d+\.\d+\.\d+: .*\w.*\.$/.test(reason ?? '')),
    ).toEqual([]);
  });
});

describe('the check itself', () => {
  const before = buildSchema(`
    type Query { a: Int, b: Int @deprecated(reason: "Since 0.1.0: use a."), c(d: Int, e: Int, g: Int @deprecated(reason: "Since 0.1.0: use d.")): Color }
    enum Color { red green }`);
  const after = buildSchema(`
    type Query { a: String, c(d: Int!): Color, f: Int }
    enum Color { red blue }`);

  test('finds what breaks clients, by its coordinate', async () => {
    const changes = await breakingChanges(before, after);
    expect(unnamed(changes, 'Changed: `Query.a`. Removed: `Query.b`.').sort()).toEqual([
      'Color.green',
      'Query.c.d',
      'Query.c.e',
      'Query.c.g',
    ]);
  });

  test('finds what was removed without having been deprecated', async () => {
    const changes = await breakingChanges(before, after);
    expect(removedAtOnce(before, changes).sort()).toEqual(['Color.green', 'Query.c.e']);
  });
});
