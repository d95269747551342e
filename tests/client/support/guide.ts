import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { programs } from '../../support/paths.ts';
import { type Run, runProgram } from '../../support/program.ts';
import { openShell, type Shell } from './shell.ts';

/** An example of the guide: a command or program, and its output. */
export interface Example {
  language: 'sh' | 'ts';
  code: string;
  /** The block below it, when that is an answer. */
  answer: { language: 'json' | 'text'; text: string } | null;
  /** Where it is in the guide. */
  line: number;
}

/** The examples of a guide in their order. A block without a language is none. */
export function examplesOf(markdown: string): Example[] {
  const blocks = [...markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map((match) => ({
    language: match[1] ?? '',
    text: match[2] ?? '',
    line: markdown.slice(0, match.index).split('\n').length,
    end: match.index + match[0].length,
  }));
  return blocks.flatMap(({ language, text, line }, index) => {
    if (language !== 'sh' && language !== 'ts') return [];
    const next = blocks[index + 1];
    const answer =
      next?.language === 'json' || next?.language === 'text'
        ? { language: next.language as 'json' | 'text', text: next.text }
        : null;
    return [{ language, code: text, answer, line }];
  });
}

/** The configuration of graphql-codegen that a guide shows. */
export function codegenConfigOf(markdown: string): string {
  const block = /^```js\n\/\/ codegen\.js\n(.*?)^```$/ms.exec(markdown)?.[1];
  if (block === undefined) throw new Error('The guide has no codegen.js.');
  return block;
}

/** A developer's folder with the package installed, and a shell in it. */
export interface Workplace {
  shell: Shell;
  /** Writes a program and gives its path. */
  write(name: string, code: string): Promise<string>;
  /** Runs a program to its end. */
  run(path: string): Promise<Run>;
  /** What the compiler says of all programs written so far. */
  compile(): Promise<Run>;
}

const root = resolve(import.meta.dirname, '..', '..', '..');

/** Sets up a workplace in an empty folder; its `epic-server` is for the database at that address. */
export async function setUpWorkplace(folder: string, adminUrl: string): Promise<Workplace> {
  await mkdir(join(folder, 'node_modules'));
  await symlink(root, join(folder, 'node_modules', 'epic-events'));
  for (const name of ['jsonwebtoken', '@types']) {
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const options = {
    strict: true,
    noEmit: true,
    target: 'es2024',
    lib: ['es2024', 'dom'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules', '@types')],
    module: 'nodenext',
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }));
  await standIns(join(folder, 'bin'), adminUrl);
  return {
    shell: openShell(folder, join(folder, 'bin')),
    async write(name, code) {
      const path = join(folder, name);
      await writeFile(path, code);
      return path;
    },
    run: (path) => runProgram(path, [], { cwd: folder }),
    compile: () =>
      runProgram(join(root, 'node_modules/typescript/bin/tsc'), ['--project', folder], {
        cwd: folder,
      }),
  };
}

const curl = `
import { text } from 'node:stream/consumers';
import { writeFileSync } from 'node:fs';
const given = process.argv.slice(2);
const headers = {};
let url, body, file, format = '';
while (given.length > 0) {
  const argument = given.shift();
  if (argument === '-d') body = given.shift();
  else if (argument === '-o') file = given.shift();
  else if (argument === '-w') format = given.shift();
  else if (argument === '-H') {
    const [, name, value] = /^(.*?): (.*)$/.exec(given.shift());
    headers[name] = value;
  } else if (argument !== '-s') url = argument;
}
if (body === '@-') body = await text(process.stdin);
const answer = await fetch(url, { method: 'POST', headers, body });
if (file === undefined) process.stdout.write(await answer.text());
else writeFileSync(file, await answer.text());
process.stdout.write(format.replace('%{http_code}', answer.status).replace('\\\\n', '\\n'));
`;

const jq = `
import { text } from 'node:stream/consumers';
const given = process.argv.slice(2);
if (given[0] === '-n') {
  const made = {};
  for (const [index, flag] of given.entries()) {
    const [name, value] = given.slice(index + 1);
    if (flag === '--arg') made[name] = value;
    if (flag === '--argjson') made[name] = JSON.parse(value);
  }
  console.log(JSON.stringify(made));
} else {
  const keys = given[1].split('.').slice(1);
  const answer = JSON.parse(await text(process.stdin));
  console.log(keys.reduce((value, key) => value[key], answer));
}
`;

/** As much of curl and jq as the guide uses, for machines that have none. */
async function standIns(folder: string, adminUrl: string): Promise<void> {
  await mkdir(folder);
  const launcher = async (name: string, command: string) => {
    await writeFile(join(folder, name), `#!/bin/sh\nexec ${command} "$@"\n`);
    await chmod(join(folder, name), 0o755);
  };

  for (const [name, code] of Object.entries({ curl, jq })) {
    await writeFile(join(folder, `${name}.mjs`), code);
    await launcher(name, `"${process.execPath}" "${join(folder, name)}.mjs"`);
  }
  const { execPath } = process;
  await launcher(
    'epic-server',
    `env DATABASE_ADMIN_URL='${adminUrl}' "${execPath}" "${programs.server}"`,
  );
}

const time = /\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?/g;

/** A text without what differs from day to day. */
export function timeless(text: string): string {
  return text.replace(time, '<time>');
}

/**
 * An answer in which what differs from run to run is as in the guide: times, and what the guide cuts short
 * with "…".
 */
export function asInGuide(actual: unknown, guide: unknown): unknown {
  if (typeof actual === 'string' && typeof guide === 'string') {
    const isCut = guide.endsWith('…') && actual.startsWith(guide.slice(0, -1));
    return isCut || timeless(actual) === timeless(guide) ? guide : actual;
  }
  if (typeof actual !== 'object' || actual === null) return actual;
  if (typeof guide !== 'object' || guide === null) return actual;
  const known = new Map(Object.entries(guide));
  if (Array.isArray(actual)) {
    return actual.map((each, index) => asInGuide(each, known.get(String(index))));
  }
  return Object.fromEntries(
    Object.entries(actual).map(([key, value]) => [key, asInGuide(value, known.get(key))]),
  );
}
