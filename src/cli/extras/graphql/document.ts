import type { DocumentNode, GraphQLError, OperationDefinitionNode, TypeNode } from 'graphql';
import { usageError } from '../../core/errors.ts';

/** One operation of a text that somebody has written. */
export interface ChosenOperation {
  text: string;
  /** Undefined for one without a name, which is then the only one. */
  name: string | undefined;
  /** The names of its variables, without `$`, and the names of their types, without `!` and `[]`. */
  variables: ReadonlyMap<string, string>;
}

/**
 * The operation of that name, or the only one. Throws a usage error for what cannot be understood, for a name that
 * is not there, and for a subscription.
 */
export async function chooseOperation(
  text: string,
  wanted: string | undefined,
): Promise<ChosenOperation> {
  const operation = chosen(operationsOf(await parsed(text)), wanted);
  if (operation.operation === 'subscription') {
    throw usageError(
      'A subscription has no end, and epic api answers once.',
      'Watch with: epic notification watch, or epic event list --watch',
    );
  }
  const variables = operation.variableDefinitions?.map(
    ({ variable, type }) => [variable.name.value, typeName(type)] as const,
  );
  return { text, name: operation.name?.value, variables: new Map(variables) };
}

async function parsed(text: string): Promise<DocumentNode> {
  const { parse } = await import('graphql/language/parser.js');
  try {
    return parse(text, { noLocation: true });
  } catch (error) {
    if (!(error instanceof Error && error.name === 'GraphQLError')) throw error;
    const { locations } = error as GraphQLError;
    const [{ line, column } = { line: 1, column: 1 }] = locations ?? [];
    const what = error.message.replace(/^Syntax Error: /, '').replace(/\.$/, '');
    throw usageError(`That is not GraphQL: ${what}, in line ${line}, column ${column}.`);
  }
}

const operationsOf = ({ definitions }: DocumentNode) =>
  definitions.filter((each) => each.kind === 'OperationDefinition');

function chosen(
  operations: readonly OperationDefinitionNode[],
  wanted: string | undefined,
): OperationDefinitionNode {
  const [first, another] = operations;
  if (!first) throw usageError('There is no operation in that text, only fragments.');
  const names = operations.map(({ name }) => name?.value ?? '(one without a name)').join(', ');
  if (wanted === undefined) {
    if (!another) return first;
    throw usageError(
      '--operation is missing: there are several operations.',
      `Name one: ${names}.`,
    );
  }
  const found = operations.find(({ name }) => name?.value === wanted);
  if (found) return found;
  throw usageError(`--operation: there is no operation “${wanted}”.`, `There is ${names}.`);
}

function typeName(type: TypeNode): string {
  return type.kind === 'NamedType' ? type.name.value : typeName(type.type);
}
