import type { GrafastExecutionArgs } from 'postgraphile/grafast';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLField,
  getNamedType,
  getOperationAST,
  isCompositeType,
  isUnionType,
  type SelectionSetNode,
} from 'postgraphile/graphql';
import { Refusal } from '../errors.ts';
import { defaultPage } from './paging.ts';
import { fieldsOf } from './selection.ts';

// One request may not ask for more than the server can answer in passing. What counts is what is asked for,
// fragments written out and pages multiplied, before anything is read.

const limits = {
  /** Fields within fields. */
  depth: 12,
  /** All fields. */
  fields: 2_000,
  /** Fields of the root: one request is not a way to try a thousand passwords. */
  rootFields: 30,
  /** Rows that the pages could hold, taken together. */
  rows: 100_000,
};

/** Refuses (INVALID) an operation that is too deep, too long or asks for too many rows. */
export const limitsPlugin: GraphileConfig.Plugin = {
  name: 'EpicLimitsPlugin',
  grafast: {
    middleware: {
      execute: (next, { args }) => refusalOf(args) ?? next(),
      subscribe: (next, { args }) => refusalOf(args) ?? next(),
    },
  },
};

function refusalOf(args: GrafastExecutionArgs): { errors: GraphQLError[] } | null {
  const operation = getOperationAST(args.document, args.operationName);
  const root = operation && args.schema.getRootType(operation.operation);
  if (!root) return null;
  try {
    measure(args.document, root, operation.selectionSet, args.variableValues ?? {});
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { errors: [new GraphQLError(error.message, { originalError: error })] };
  }
}

/** Throws a Refusal when an operation is over a limit. */
function measure(
  document: DocumentNode,
  root: GraphQLCompositeType,
  selectionSet: SelectionSetNode,
  variables: Record<string, unknown>,
): void {
  const counted = { fields: 0, rootFields: 0, rows: 0 };

  function visit(
    type: GraphQLCompositeType,
    set: SelectionSetNode,
    depth: number,
    parents: number,
  ) {
    check('depth', depth);
    for (const field of fieldsOf(document, set)) {
      check('fields', ++counted.fields);
      if (depth === 1) check('rootFields', ++counted.rootFields);
      const definition = isUnionType(type) ? undefined : type.getFields()[field.name.value];
      const fieldType = definition && getNamedType(definition.type);
      if (!definition || !field.selectionSet || !isCompositeType(fieldType)) continue;

      const rows = parents * pageSize(definition, field, variables);
      if (isPage(definition)) counted.rows += rows;
      check('rows', counted.rows);
      visit(fieldType, field.selectionSet, depth + 1, rows);
    }
  }
  visit(root, selectionSet, 1, 1);
}

const sentences: Record<keyof typeof limits, string> = {
  depth: `A request has at most ${limits.depth} levels of fields.`,
  fields: `A request has at most ${limits.fields.toLocaleString('en')} fields.`,
  rootFields: `A request has at most ${limits.rootFields} operations.`,
  rows: `A request reads at most ${limits.rows.toLocaleString('en')} rows.`,
};

function check(limit: keyof typeof limits, value: number): void {
  if (value <= limits[limit]) return;
  throw new Refusal('INVALID', sentences[limit], {
    kind: 'too_complex',
    hint: 'Ask for less at a time.',
  });
}

function isPage(definition: GraphQLField<unknown, unknown>): boolean {
  return definition.args.some(({ name }) => name === 'first');
}

/** How many rows a field can have; a page that is too large is refused later, by the field itself. */
function pageSize(
  definition: GraphQLField<unknown, unknown>,
  field: FieldNode,
  variables: Record<string, unknown>,
): number {
  if (!isPage(definition)) return 1;
  const size = (name: string) => {
    const argument = field.arguments?.find((candidate) => candidate.name.value === name);
    if (argument?.value.kind === 'IntValue') return Number(argument.value.value);
    const value = argument?.value.kind === 'Variable' && variables[argument.value.name.value];
    return typeof value === 'number' ? value : undefined;
  };
  return size('first') ?? size('last') ?? defaultPage;
}
