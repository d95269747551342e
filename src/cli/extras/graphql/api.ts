import { isObject } from '../../../client/is-object.ts';
import type { GraphqlResponse } from '../../core/api/api.ts';
import { optional, several, toggle } from '../../core/args/flag.ts';
import { line, text } from '../../core/args/parsers.ts';
import { command, type Invocation, type Services } from '../../core/command/command.ts';
import { CliError, usageError } from '../../core/errors.ts';
import { json, jsonLine } from '../../core/output/machine.ts';
import { readAll, textOfFile } from '../../core/prompts/read-all.ts';
import { assignment, chooseOperation, maxBytes, variablesFor } from './operation.ts';

const flags = {
  query: optional('[query]', 'GraphQL document; - reads it from stdin', text(maxBytes)),
  file: optional('--file <file>', 'read the document from a file', line(4096)),
  typed: several(
    '-F, --var <name=value>',
    'a variable; integers, true, false and null are typed, @FILE is the text of a file',
    assignment,
  ),
  raw: several('-f, --raw-var <name=text>', 'a variable that is always this text', assignment),
  variables: optional(
    '--variables <json>',
    'all variables, as a JSON object or @FILE',
    text(maxBytes),
  ),
  operation: optional('--operation <name>', 'operation to run, of several', line(200)),
  paginate: toggle('--paginate', 'fetch all pages, with the variable $after'),
};

type ApiInvocation = Invocation<never, typeof flags>;

async function readText({
  flags: { query, file },
  stdin,
  prompts,
}: ApiInvocation): Promise<string> {
  if (query !== undefined && file !== undefined) {
    throw usageError('Give [query] or --file, not both.');
  }
  if (file !== undefined) return textOfFile('--file', file, maxBytes);
  if (query === '-') return readAll(stdin(), { flag: '-', most: maxBytes });
  if (query !== undefined) return query;
  if (prompts.possible) return prompts.line('GraphQL document');
  throw usageError(
    '[query] is missing: a GraphQL document.',
    "Write it like: epic api '{ me { id } }'",
  );
}

/** The data of a response without errors. */
function dataOf({ data, problems }: GraphqlResponse): unknown {
  const [first] = problems;
  if (first) throw new CliError(first);
  return data;
}

async function printResponse(
  { output }: Services,
  { data, problems }: GraphqlResponse,
): Promise<void> {
  await output.drawing(() => json(data));
  const last = problems.at(-1);
  for (const problem of problems.slice(0, -1)) output.problem(problem);
  if (last) throw new CliError(last);
}

async function printRows({ output }: Services, rows: AsyncIterable<unknown>): Promise<void> {
  let before = '[';
  for await (const row of rows) {
    output.verbatim(`${before}\n  ${jsonLine(row).trimEnd()}`);
    before = ',';
  }
  output.verbatim(before === '[' ? '[]\n' : '\n]\n');
}

interface Page {
  rows: readonly unknown[];
  /** The cursor of the next page; null after the last one. */
  next: string | null;
}

const example =
  'Write it like: query ($after: Cursor) { clients(after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }';

/** The lists with a `pageInfo`; not those within the rows of one. */
function pagesIn(value: unknown): Record<string, unknown>[] {
  if (!isObject(value)) return [];
  if (isObject(value.pageInfo)) return [value];
  return Object.values(value).flatMap(pagesIn);
}

/** The one list of a response. Throws a usage error when there is none, or several. */
function pageIn(data: unknown): Page {
  const [page, another] = pagesIn(data);
  if (!page || another) {
    const what = page ? 'several lists with a pageInfo' : 'no list with a pageInfo';
    throw usageError(`--paginate: the response has ${what}, and should have one.`, example);
  }
  const { nodes, edges, pageInfo } = page;
  const rows = Array.isArray(nodes) ? nodes : Array.isArray(edges) ? edges : undefined;
  const { hasNextPage, endCursor } = isObject(pageInfo) ? pageInfo : {};
  if (!rows || hasNextPage === undefined || endCursor === undefined) {
    const missing = rows ? 'pageInfo { hasNextPage endCursor }' : 'nodes';
    throw usageError(`--paginate: the list is without ${missing}.`, example);
  }
  return { rows, next: hasNextPage === true ? String(endCursor) : null };
}

/** The rows of all pages; `fetchPage` returns the data after a cursor. */
async function* rowsOfAllPages(
  fetchPage: (after: string | undefined) => Promise<unknown>,
): AsyncGenerator<unknown, void, undefined> {
  let after: string | undefined;
  for (;;) {
    const { rows, next } = pageIn(await fetchPage(after));
    yield* rows;
    if (next === null) return;
    if (next === after)
      throw usageError('--paginate: the list does not continue after $after.', example);
    after = next;
  }
}

function requireAfter(variables: ReadonlyMap<string, string>): void {
  if (variables.has('after')) return;
  throw usageError('--paginate: the operation needs a variable $after.', example);
}

/** `epic api`: any query or mutation. */
export const api = command<never, typeof flags>({
  flags,
  columns: [],
  formats: 'json',
  examples: [
    ["api '{ me { fullName department } }'", ''],
    ["api 'query ($id: Int!) { contract(id: $id) { status } }' -F id=7", 'with a variable'],
    ['api --paginate --file emails.graphql', 'the rows of all pages, as one array'],
    ['api - --variables @report.json < report.graphql > answer.json', 'from files'],
  ],
  notes: [
    'Prints the data of the response as JSON. Errors go to stderr, and data that came with them is still printed; the last error decides the exit code.',
    'With --paginate the query needs a variable $after and exactly one list with a pageInfo:',
    {
      lines: [
        'query ($after: Cursor) {',
        '  clients(first: 1000, after: $after) {',
        '    nodes { email } pageInfo { hasNextPage endCursor } } }',
      ],
    },
    'The schema is in the file schema.graphql, and at /schema.graphql on the server.',
  ],
  async run(invocation) {
    const { api, flags: given } = invocation;
    const operation = await chooseOperation(await readText(invocation), given.operation);
    const { typed, raw, variables: all, paginate } = given;
    const variables = await variablesFor(operation, { all, typed, raw });
    const ask = (more?: Record<string, unknown>) =>
      api.query(operation.text, { ...variables, ...more }, operation.name);
    if (!paginate) return printResponse(invocation, await ask());
    requireAfter(operation.variables);
    const fetchPage = async (after: string | undefined) =>
      dataOf(await ask(after ? { after } : {}));
    return printRows(invocation, rowsOfAllPages(fetchPage));
  },
});
