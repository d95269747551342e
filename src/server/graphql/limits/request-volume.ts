import type { GrafastExecutionArgs } from 'postgraphile/grafast';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLError,
  type GraphQLField,
  getNamedType,
  getNullableType,
  getOperationAST,
  isCompositeType,
  isIntrospectionType,
  isListType,
  isUnionType,
  Kind,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  type ValueNode,
} from 'postgraphile/graphql';
import { ApiError } from '../../errors/errors.ts';
import { fieldsOf } from '../request/selection.ts';
import { checkLimit, graphqlErrorOf, pageRows } from './limits.ts';

/** Checks the limits that depend on the variables: rows and values. */
export function createVolumePlugin(options: { introspection: boolean }): GraphileConfig.Plugin {
  const checkVolume = (args: GrafastExecutionArgs): { errors: GraphQLError[] } | null => {
    // an argument of graphql-js that grafast passes on, but does not declare
    Object.assign(args, { hideSuggestions: !options.introspection });
    try {
      checkVariables(args.variableValues);
      checkSelection(args);
      return null;
    } catch (error) {
      if (error instanceof ApiError) return { errors: [graphqlErrorOf(error)] };
      throw error;
    }
  };
  return {
    name: 'EpicVolumePlugin',
    grafast: {
      middleware: {
        execute: (next, { args }) => checkVolume(args) ?? next(),
        subscribe: (next, { args }) => checkVolume(args) ?? next(),
      },
    },
  };
}

/** Not recursive: a body of 1 MiB can hold half a million brackets. */
function checkVariables(variables: unknown): void {
  const pending: { value: unknown; level: number }[] = [{ value: variables, level: 0 }];
  let values = 0;
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, level } = next;
    if (typeof value !== 'object' || value === null) continue;
    checkLimit('nesting', level);
    const inside = Array.isArray(value) ? value : Object.values(value);
    if (Array.isArray(value)) checkLimit('list', value.length);
    values += inside.length;
    checkLimit('values', values);
    for (const each of inside) pending.push({ value: each, level: level + 1 });
  }
}

/** What an operation asks for, as far as its document tells: measured once for each document. */
type Volume = {
  /** All fields but those of introspection. */
  fields: number;
  lists: readonly ListField[];
};
/** A field with rows, and those within them. */
type ListField = {
  /** The rows of one parent. */
  rows(variables: Variables): number;
  lists: readonly ListField[];
};
type Variables = Readonly<Record<string, unknown>>;

const volumes = new WeakMap<DocumentNode, Map<string | null | undefined, Volume | null>>();

function volumeOf(args: GrafastExecutionArgs): Volume | null {
  const { document, operationName } = args;
  const known = volumes.get(document) ?? new Map<string | null | undefined, Volume | null>();
  volumes.set(document, known);
  let volume = known.get(operationName);
  if (volume === undefined) {
    volume = measureVolume(args);
    known.set(operationName, volume);
  }
  return volume;
}

function checkSelection(args: GrafastExecutionArgs): void {
  const volume = volumeOf(args);
  if (volume === null) return;
  const isAnonymous = (args.contextValue as Grafast.Context).request.claims === null;
  if (isAnonymous) checkLimit('anonymousFields', volume.fields);
  const variables = args.variableValues ?? {};
  let rows = 0;

  function add(lists: readonly ListField[], parents: number): void {
    for (const list of lists) {
      const own = parents * list.rows(variables);
      rows += own;
      checkLimit('rows', rows);
      add(list.lists, own);
    }
  }
  add(volume.lists, 1);
}

function measureVolume(args: GrafastExecutionArgs): Volume | null {
  const { schema, document, operationName } = args;
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!root) return null;
  const rowsOf = createRowEstimate(args);
  let fields = 0;

  function listsIn(type: GraphQLCompositeType, set: SelectionSetNode): ListField[] {
    return Array.from(fieldsOf(document, set)).flatMap((field) => {
      if (!isIntrospectionType(type)) fields += 1;
      const definition = definitionOf(type, field.name.value);
      const fieldType = definition && getNamedType(definition.type);
      if (!definition || !field.selectionSet || !isCompositeType(fieldType)) return [];
      const rows = rowsOf(type, definition, field);
      const lists = listsIn(fieldType, field.selectionSet);
      return rows === null ? lists : [{ rows, lists }];
    });
  }
  const lists = listsIn(root, operation.selectionSet);
  return { fields, lists };
}

const metaFields: Readonly<Record<string, GraphQLField<unknown, unknown>>> = {
  __schema: SchemaMetaFieldDef,
  __type: TypeMetaFieldDef,
};

function definitionOf(
  type: GraphQLCompositeType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (Object.hasOwn(metaFields, name)) return metaFields[name];
  return isUnionType(type) ? undefined : type.getFields()[name];
}

/** The estimated size of a list in introspection, other than that of all types. */
const introspectionListSize = 10;

/** Gives the most rows that a field can have for some variables, null when it is no list. */
function createRowEstimate({ schema, document, operationName }: GrafastExecutionArgs) {
  const typeCount = Object.keys(schema.getTypeMap()).length;
  const defaults = new Map(
    getOperationAST(document, operationName)?.variableDefinitions?.map(
      ({ variable, defaultValue }) => [variable.name.value, defaultValue],
    ),
  );

  /** An integer argument; undefined when it is not given. */
  function read(value: ValueNode | undefined, variables: Variables): unknown {
    if (value?.kind === Kind.INT) return Number(value.value);
    if (value?.kind !== Kind.VARIABLE) return undefined;
    const name = value.name.value;
    return Object.hasOwn(variables, name) ? variables[name] : read(defaults.get(name), variables);
  }

  /** The plan of the field refuses impossible sizes. */
  function pageSize(field: FieldNode): ListField['rows'] {
    const argumentOf = (name: string) =>
      field.arguments?.find((argument) => argument.name.value === name)?.value;
    const first = argumentOf('first');
    const last = argumentOf('last');
    return (variables) => {
      const asked = read(first, variables) ?? read(last, variables);
      return typeof asked === 'number' ? Math.max(asked, 0) : pageRows.default;
    };
  }

  return (
    type: GraphQLCompositeType,
    definition: GraphQLField<unknown, unknown>,
    field: FieldNode,
  ): ListField['rows'] | null => {
    if (definition.args.some(({ name }) => name === 'first')) return pageSize(field);
    if (!isIntrospectionType(type) || !isListType(getNullableType(definition.type))) return null;
    return () => (definition.name === 'types' ? typeCount : introspectionListSize);
  };
}
