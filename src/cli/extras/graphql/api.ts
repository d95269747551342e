import type { Answer } from '../../core/api/api.ts';
import { optional, several, toggle } from '../../core/args/flag.ts';
import { line, text } from '../../core/args/parsers.ts';
import { command, type Invocation, type Services } from '../../core/command/command.ts';
import { CliError, usageError } from '../../core/errors.ts';
import { json, jsonLine } from '../../core/output/machine.ts';
import { readAll } from '../../core/prompts/read-all.ts';
import { chooseOperation } from './document.ts';
import { requireAfter, rowsOfAllPages } from './pages.ts';
import { assignment, mostText, textOfFile, variablesFor } from './variables.ts';

const flags = {
  query: optional('[query]', 'GraphQL document; - reads it from stdin', text(mostText)),
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
    text(mostText),
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
    throw usageError('Give QUERY or --file, not both.');
  }
  if (file !== undefined) return textOfFile('--file', file);
  if (query === '-') return readAll(stdin(), { flag: '-', most: mostText });
  if (query !== undefined) return query;
  if (prompts.possible) return prompts.line('GraphQL document');
  throw usageError(
    'QUERY is missing: a GraphQL document.',
    "Write it like: epic api '{ me { id } }'",
  );
}

/** What was answered, or an error when all of it is one. Errors beside an answer are told, and decide the exit code. */
function dataOf({ data, problems }: Answer): unknown {
  const [first] = problems;
  if (first) throw new CliError(first);
  return data;
}

async function tell({ output }: Services, { data, problems }: Answer): Promise<void> {
  await output.drawing(() => json(data));
  const last = problems.at(-1);
  for (const problem of problems.slice(0, -1)) output.problem(problem);
  if (last) throw new CliError(last);
}

async function tellAllPages({ output }: Services, rows: AsyncIterable<unknown>): Promise<void> {
  let before = '[';
  for await (const row of rows) {
    output.verbatim(`${before}\n  ${jsonLine(row).trimEnd()}`);
    before = ',';
  }
  output.verbatim(before === '[' ? '[]\n' : '\n]\n');
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
        'query ($after: Cursor) { clients(first: 1000, after: $after) {',
        '  nodes { email } pageInfo { hasNextPage endCursor } } }',
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
    if (!paginate) return tell(invocation, await ask());
    requireAfter(operation.variables);
    const fetchPage = async (after: string | undefined) =>
      dataOf(await ask(after ? { after } : {}));
    return tellAllPages(invocation, rowsOfAllPages(fetchPage));
  },
});
