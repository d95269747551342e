import type { GrafastExecutionArgs } from 'postgraphile/grafast';
import {
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

function checkSelection(args: GrafastExecutionArgs): void {
  const { schema, document, operationName, variableValues } = args;
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!root) return;
  const isAnonymous = (args.contextValue as Grafast.Context).request.claims === null;
  const rowsOf = createRowEstimate(args, variableValues ?? {});
  let rows = 0;
  let fields = 0;

  function visit(type: GraphQLCompositeType, set: SelectionSetNode, parents: number): void {
    for (const field of fieldsOf(document, set)) {
      if (isAnonymous && !isIntrospectionType(type)) checkLimit('anonymousFields', ++fields);
      const definition = definitionOf(type, field.name.value);
      const fieldType = definition && getNamedType(definition.type);
      if (!definition || !field.selectionSet || !isCompositeType(fieldType)) continue;
      const size = rowsOf(type, definition, field);
      const own = parents * (size ?? 1);
      if (size !== null) rows += own;
      checkLimit('rows', rows);
      visit(fieldType, field.selectionSet, own);
    }
  }
  visit(root, operation.selectionSet, 1);
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

/** Gives the most rows that a field can have, null when it is no list. */
function createRowEstimate(
  { schema, document, operationName }: GrafastExecutionArgs,
  variables: Record<string, unknown>,
) {
  const typeCount = Object.keys(schema.getTypeMap()).length;
  const defaults = new Map(
    getOperationAST(document, operationName)?.variableDefinitions?.map(
      ({ variable, defaultValue }) => [variable.name.value, defaultValue],
    ),
  );

  /** An integer argument; undefined when it is not given. */
  function read(value: ValueNode | undefined): unknown {
    if (value?.kind === Kind.INT) return Number(value.value);
    if (value?.kind !== Kind.VARIABLE) return undefined;
    const name = value.name.value;
    return Object.hasOwn(variables, name) ? variables[name] : read(defaults.get(name));
  }

  /** The plan of the field refuses impossible sizes. */
  function pageSize(field: FieldNode): number {
    const size = (name: string) =>
      read(field.arguments?.find((argument) => argument.name.value === name)?.value);
    const asked = size('first') ?? size('last');
    return typeof asked === 'number' ? Math.max(asked, 0) : pageRows.default;
  }

  return (
    type: GraphQLCompositeType,
    definition: GraphQLField<unknown, unknown>,
    field: FieldNode,
  ): number | null => {
    if (definition.args.some(({ name }) => name === 'first')) return pageSize(field);
    if (!isIntrospectionType(type) || !isListType(getNullableType(definition.type))) return null;
    return definition.name === 'types' ? typeCount : introspectionListSize;
  };
}
