// `npm run generate`: writes the committed files that are made from a deployed database or from the sources.
// With --check, as in `npm run check`, it writes nothing and fails when one of them is out of date.

import { parseArgs } from 'node:util';
import { compare, type GeneratedFile, write } from './generate/generated-file.ts';

// Read by what the modules below load.
process.env.GRAPHILE_ENV ??= 'production';
const { documentsOf } = await import('./generate/documents.ts');
const { InvalidOperations, operationsFor } = await import('./generate/operations.ts');
const { schemaOf } = await import('./generate/schema.ts');
const { adminUrlOf, loginUrlsOf, startTestServer } = await import(
  '../tests/support/test-server.ts'
);

const { values: flags } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

try {
  let outdated = 0;
  for await (const file of generatedFiles()) if (!(await settle(file))) outdated += 1;
  if (outdated > 0) fail('If this change is intended, run npm run generate and commit the result.');
} catch (error) {
  if (!(error instanceof InvalidOperations)) throw error;
  fail(`src/cli/operations/*.graphql do not fit the schema:\n\n${error.message}`);
}

/** Yields the schema first, so that it is written even if the operations do not fit it. */
async function* generatedFiles(): AsyncGenerator<GeneratedFile> {
  const { schema, documents } = await readDatabase();
  yield { path: 'schema.graphql', content: schema };
  yield* documents;
  yield { path: 'src/cli/operations/index.ts', content: await operationsFor(schema) };
  // Loads the command line, which takes records and departments from the operations.
  const { cliReference } = await import('./generate/cli-reference.ts');
  yield* await cliReference();
}

async function readDatabase(): Promise<{ schema: string; documents: GeneratedFile[] }> {
  const { stop, ...server } = await startTestServer();
  try {
    return {
      schema: await schemaOf(loginUrlsOf(server, server.template).authenticatorUrl),
      documents: await documentsOf(adminUrlOf(server, server.template)),
    };
  } finally {
    await stop();
  }
}

/** Writes or checks one file, and reports it. Returns false when it is out of date and was only checked. */
async function settle(file: GeneratedFile): Promise<boolean> {
  const { path, isCurrent, difference } = await compare(file);
  if (!isCurrent && flags.check) {
    process.stderr.write(`${[`${path} is out of date:`, ...difference].join('\n  ')}\n`);
    return false;
  }
  if (!isCurrent) await write(file);
  process.stdout.write(`${path} is ${isCurrent ? 'current' : 'written'}.\n`);
  return true;
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
