import {
  type DocumentNode,
  type GraphQLSchema,
  getArgumentValues,
  type OperationDefinitionNode,
} from 'postgraphile/graphql';
import { fieldsOf } from '../request/selection.ts';

/** A generated mutation of one row, as the arguments of `crm.explain_refusal`. */
export type RowMutation = {
  record: string;
  verb: 'create' | 'update' | 'delete';
  /** Columns by input field. */
  columnOf: Readonly<Record<string, string>>;
};

/** A mutation that calls a SQL function. */
export type FunctionCall = {
  functionName: string;
  /** Arguments by input field. */
  argumentOf: Readonly<Record<string, string>>;
};

/** The mutations of the schema by field name; filled while the schema is built. */
export type Mutations = Map<string, RowMutation | FunctionCall>;

/** Collects the mutations, so that a refused one can be explained. */
export function createMutationsPlugin(mutations: Mutations): GraphileConfig.Plugin {
  return {
    name: 'EpicMutationsPlugin',
    schema: {
      hooks: {
        GraphQLObjectType_fields_field(field, build, context) {
          const { scope } = context;
          const resource = scope.pgFieldResource;
          const verb = scope.isPgCreateMutation
            ? 'create'
            : scope.isPgUpdateMutation
              ? 'update'
              : scope.isPgDeleteMutation
                ? 'delete'
                : null;
          if (scope.isRootMutation && resource && verb) {
            mutations.set(scope.fieldName, {
              record: resource.name,
              verb,
              columnOf: columnsOf(build, resource.codec),
            });
          }
          return field;
        },

        finalize(schema, build) {
          const employee = build.pgResources.employee;
          if (employee) {
            mutations.set('createEmployee', {
              record: 'employee',
              verb: 'create',
              columnOf: columnsOf(build, employee.codec),
            });
          }
          for (const resource of Object.values(build.pgResources)) {
            if (!isFunction(resource)) continue;
            mutations.set(build.inflection.customMutationField({ resource }), {
              functionName: resource.extensions?.pg?.name ?? resource.name,
              argumentOf: argumentsOf(build, resource),
            });
          }
          return schema;
        },
      },
    },
  };
}

function columnsOf(
  build: GraphileBuild.Build,
  codec: Parameters<GraphileBuild.Inflection['attribute']>[0]['codec'],
): Record<string, string> {
  return Object.fromEntries(
    Object.keys(codec.attributes).map((attributeName) => [
      build.inflection.attribute({ attributeName, codec }),
      attributeName,
    ]),
  );
}

type FunctionResource = Parameters<GraphileBuild.Inflection['customMutationField']>[0]['resource'];

/** Whether the resource is a volatile function. */
function isFunction(resource: { isMutation: boolean }): resource is FunctionResource {
  return resource.isMutation;
}

function argumentsOf(
  build: GraphileBuild.Build,
  resource: FunctionResource,
): Record<string, string> {
  return Object.fromEntries(
    resource.parameters.flatMap((param, index) =>
      param.name ? [[build.inflection.argument({ param, index, resource }), param.name]] : [],
    ),
  );
}

/** The root field that an error's path begins with, and its input. */
export function rootFieldOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode | null | undefined,
  responseKey: string | number | undefined,
  variables: Record<string, unknown>,
): { name: string; input: Record<string, unknown> } | null {
  const root = operation && schema.getRootType(operation.operation);
  if (!root || typeof responseKey !== 'string') return null;
  for (const field of fieldsOf(document, operation.selectionSet)) {
    const definition = root.getFields()[field.name.value];
    if ((field.alias ?? field.name).value !== responseKey || !definition) continue;
    const { input } = getArgumentValues(definition, field, variables);
    return { name: definition.name, input: isRecord(input) ? input : {} };
  }
  return null;
}

/** The values that a mutation writes, by column; null when it writes none. */
export function writtenValues(
  mutation: RowMutation,
  input: Record<string, unknown>,
): Record<string, unknown> | null {
  const written =
    mutation.verb === 'create'
      ? (Object.values(input).find(isRecord) ?? input)
      : mutation.verb === 'update' && isRecord(input.patch)
        ? input.patch
        : {};
  const values = renameKeys(written, mutation.columnOf);
  return Object.keys(values).length > 0 ? values : null;
}

/** The arguments of a function call, by name. */
export function callArguments(
  call: FunctionCall,
  input: Record<string, unknown>,
): Record<string, unknown> {
  return renameKeys(input, call.argumentOf);
}

function renameKeys(
  values: Record<string, unknown>,
  names: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const known = names[name];
      return known === undefined ? [] : [[known, value]];
    }),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
