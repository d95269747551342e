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
import { check, graphqlErrorOf, pageRows } from './limits.ts';

// What a request asks for when its variables are known: how many rows, and with how many values.

/** Refuses (INVALID) an operation that asks for too many rows or brings too many values. */
export function createVolumePlugin(options: { introspection: boolean }): GraphileConfig.Plugin {
  const refusalOf = (args: GrafastExecutionArgs): { errors: GraphQLError[] } | null => {
    // graphql-js knows this argument, grafast's types do not.
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
        execute: (next, { args }) => refusalOf(args) ?? next(),
        subscribe: (next, { args }) => refusalOf(args) ?? next(),
      },
    },
  };
}

/** Walks without calling itself: a body of 1 MiB can hold half a million brackets. */
function checkVariables(variables: unknown): void {
  const open: { value: unknown; level: number }[] = [{ value: variables, level: 0 }];
  let values = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, level } = next;
    if (typeof value !== 'object' || value === null) continue;
    check('nesting', level);
    const inside = Array.isArray(value) ? value : Object.values(value);
    if (Array.isArray(value)) check('list', value.length);
    values += inside.length;
    check('values', values);
    for (const each of inside) open.push({ value: each, level: level + 1 });
  }
}

function checkSelection(args: GrafastExecutionArgs): void {
  const { schema, document, operationName, variableValues } = args;
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!root) return;
  const isStranger = (args.contextValue as Grafast.Context).request.claims === null;
  const sizeOf = createSizes(args, variableValues ?? {});
  let rows = 0;
  let fields = 0;

  function visit(type: GraphQLCompositeType, set: SelectionSetNode, parents: number): void {
    for (const field of fieldsOf(document, set)) {
      if (isStranger && !isIntrospectionType(type)) check('anonymousFields', ++fields);
      const definition = definitionOf(type, field.name.value);
      const fieldType = definition && getNamedType(definition.type);
      if (!definition || !field.selectionSet || !isCompositeType(fieldType)) continue;
      const size = sizeOf(type, definition, field);
      const own = parents * (size ?? 1);
      if (size !== null) rows += own;
      check('rows', rows);
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

/** What a list of the schema's own description has, more or less, other than that of all types. */
const descriptions = 10;

/** How many rows a field can have, null when it is no list. */
function createSizes(
  { schema, document, operationName }: GrafastExecutionArgs,
  variables: Record<string, unknown>,
) {
  const typeCount = Object.keys(schema.getTypeMap()).length;
  const defaults = new Map(
    getOperationAST(document, operationName)?.variableDefinitions?.map(
      ({ variable, defaultValue }) => [variable.name.value, defaultValue],
    ),
  );

  /** Undefined when nobody says. */
  function read(value: ValueNode | undefined): unknown {
    if (value?.kind === Kind.INT) return Number(value.value);
    if (value?.kind !== Kind.VARIABLE) return undefined;
    const name = value.name.value;
    return Object.hasOwn(variables, name) ? variables[name] : read(defaults.get(name));
  }

  /** A size that cannot be is refused later, by the field itself. */
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
    return definition.name === 'types' ? typeCount : descriptions;
  };
}
