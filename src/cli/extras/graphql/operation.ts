import type { DocumentNode, GraphQLError, OperationDefinitionNode, TypeNode } from 'graphql';
import { isObject } from '../../../client/is-object.ts';
import { Invalid, type Parser } from '../../core/args/parser.ts';
import { usageError } from '../../core/errors.ts';
import { textOfFile } from '../../core/prompts/read-all.ts';

/** The operation to run, of a GraphQL document. */
export interface ChosenOperation {
  text: string;
  /** Undefined for an anonymous one, which is then the only one. */
  name: string | undefined;
  /** The names of its variables, without `$`, and the names of their types, without `!` and `[]`. */
  variables: ReadonlyMap<string, string>;
}

/** The operation of this name, or the only one. Throws a usage error, for a subscription too. */
export async function chooseOperation(
  text: string,
  operationName: string | undefined,
): Promise<ChosenOperation> {
  const operation = chosen(operationsOf(await parsed(text)), operationName);
  if (operation.operation === 'subscription') {
    throw usageError(
      'epic api does not run subscriptions.',
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
    throw usageError(`GraphQL syntax error: ${what}, in line ${line}, column ${column}.`);
  }
}

const operationsOf = ({ definitions }: DocumentNode) =>
  definitions.filter((each) => each.kind === 'OperationDefinition');

function chosen(
  operations: readonly OperationDefinitionNode[],
  operationName: string | undefined,
): OperationDefinitionNode {
  const [first, another] = operations;
  if (!first) throw usageError('The document has no operation, only fragments.');
  const names = operations.map(({ name }) => name?.value ?? '(anonymous)').join(', ');
  if (operationName === undefined) {
    if (!another) return first;
    throw usageError(
      '--operation is missing: the document has several operations.',
      `Name one: ${names}.`,
    );
  }
  const found = operations.find(({ name }) => name?.value === operationName);
  if (found) return found;
  throw usageError(`--operation: there is no operation “${operationName}”.`, `There is ${names}.`);
}

function typeName(type: TypeNode): string {
  return type.kind === 'NamedType' ? type.name.value : typeName(type.type);
}

/** `name=value`, as it is typed for one variable. */
interface Assignment {
  name: string;
  text: string;
}

/** Parses `name=value`. */
export const assignment: Parser<Assignment> = (typed) => {
  const [, name, text = ''] = /^\$?(\w+)=(.*)$/s.exec(typed) ?? [];
  if (name !== undefined) return { name, text };
  throw new Invalid(`“${typed}” is not a variable. Write it like name=value.`);
};

/** The most that is read of a document or a file, in bytes. */
export const maxBytes = 1024 * 1024;

/** Whether a text is an integer, true, false or null. */
const isLiteral = (text: string) => /^(true|false|null|-?(0|[1-9]\d{0,14}))$/.test(text);

async function typedValue({ text }: Assignment, type: string | undefined): Promise<unknown> {
  if (text.startsWith('@')) return textOfFile('--var', text.slice(1), maxBytes);
  return type !== 'String' && isLiteral(text) ? JSON.parse(text) : text;
}

async function objectOf(given: string): Promise<Record<string, unknown>> {
  const text = given.startsWith('@')
    ? await textOfFile('--variables', given.slice(1), maxBytes)
    : given;
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) && !Array.isArray(value)) return value;
  } catch {
    // reported below, like JSON that is no object
  }
  throw usageError('--variables: not a JSON object.', `Write it like '{"id": 12}', or @FILE.`);
}

/** The variables of an operation from the flags; single ones override `--variables`. */
export async function variablesFor(
  { variables }: ChosenOperation,
  given: { all: string | undefined; typed: readonly Assignment[]; raw: readonly Assignment[] },
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = given.all === undefined ? {} : await objectOf(given.all);
  for (const each of given.typed) {
    values[each.name] = await typedValue(each, variables.get(each.name));
  }
  for (const { name, text } of given.raw) values[name] = text;
  for (const name of Object.keys(values))
    if (!variables.has(name)) throw noVariable(name, variables);
  return values;
}

function noVariable(name: string, variables: ReadonlyMap<string, string>): Error {
  const names = [...variables.keys()].map((each) => `$${each}`).join(', ');
  return usageError(
    `The operation has no variable $${name}.`,
    names ? `It has ${names}.` : 'It has none.',
  );
}
