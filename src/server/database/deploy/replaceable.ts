import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, relative } from 'node:path';
import { databasePath, type Statement, splitStatements, sqlFilesIn } from '../sql-file.ts';

/** What a deployment applies as a whole, and again when its text has changed. */
export interface Part {
  /**
   * `function crm.sign_contract`, `trigger contract_10_totals on crm.contract`, `view crm.history`; of a policy file
   * its path, `policies/contract.sql`; of the tools `dba`.
   */
  name: string;
  /** SHA-256 of its text, in hexadecimal. */
  digest: string;
  steps: { file: string; statements: Statement[] }[];
  /** It creates no object and is idempotent: it runs in every deployment that changes anything. */
  isRepeated?: true;
}

/** What db/ holds that can be replaced in place, in the order in which it is applied. */
export interface ReplaceableFiles {
  /** db/functions: its functions, procedures, views and triggers, each with its comments, and what is repeated. */
  functions: Part[];
  /** db/dba, which is one part: schema dba is recreated. */
  tools: Part;
  /** The files of db/policies. */
  policies: Part[];
  /** SHA-256 of all of it, in hexadecimal. */
  digest: string;
}

/** Reads db/functions, db/dba and db/policies. Line endings are ignored. */
export async function readReplaceableFiles(): Promise<ReplaceableFiles> {
  const functions = (await readFolder('functions')).flatMap(({ file, statements }) =>
    divide(statements).map((section): Part => {
      const step = { file, statements: section };
      const name = identify(section);
      if (name !== null) return partOf(name, [step]);
      return { ...partOf(`${nameOf(file)}:${section[0]?.line}`, [step]), isRepeated: true };
    }),
  );
  const toolSteps = await readFolder('dba');
  const tools = partOf('dba', toolSteps);
  // a policy file is applied again when what it calls changes, such as dba.require_session
  const called = toolSteps.filter(({ file }) => /^1\d_/.test(basename(file)));
  const policies = (await readFolder('policies')).map((step) => ({
    ...partOf(nameOf(step.file), [step]),
    digest: partOf('', [...called, step]).digest,
  }));
  const all = [...functions, tools, ...policies];
  const digest = digestOf(all.map((part) => `${part.name} ${part.digest}`));
  return { functions, tools, policies, digest };
}

async function readFolder(folder: string) {
  return Promise.all(
    (await sqlFilesIn(databasePath(folder))).map(async (file) => ({
      file,
      statements: splitStatements((await readFile(file, 'utf8')).replaceAll('\r\n', '\n')),
    })),
  );
}

function partOf(name: string, steps: Part['steps']): Part {
  const texts = steps.flatMap(({ statements }) => statements.map(({ text }) => text));
  return { name, digest: digestOf(texts), steps };
}

function digestOf(texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\0')).digest('hex');
}

const nameOf = (file: string) => relative(databasePath(), file).replaceAll('\\', '/');

/** A definition with what follows it: its comments, and how its trigger is enabled. */
function divide(statements: readonly Statement[]): Statement[][] {
  const sections: Statement[][] = [];
  for (const statement of statements) {
    const belongs = /^(comment on|alter table) /i.test(statement.text);
    if (belongs && sections.length > 0) sections.at(-1)?.push(statement);
    else sections.push([statement]);
  }
  return sections;
}

const DEFINITION =
  /^create or replace (?:(?<kind>function|procedure|view) (?<name>[\w.]+)|trigger (?<trigger>\w+)[\s\S]*?\bon (?<table>[\w.]+))/i;

/** The name of the object that a section defines; null when it defines none. */
function identify([first]: readonly Statement[]): string | null {
  const { kind, name, trigger, table } = DEFINITION.exec(first?.text ?? '')?.groups ?? {};
  if (trigger !== undefined) return `trigger ${trigger} on ${table}`;
  return kind === undefined ? null : `${kind.toLowerCase()} ${name}`;
}

/** The version of db/ in this release, as a deployment records it in a database. */
export type BuiltRelease = {
  /** The file name of the last migration. */
  migration: string;
  /** The digest of db/functions, db/dba and db/policies, in hexadecimal. */
  digest: string;
};

/** Reads it from the files of db/. */
export async function readBuiltRelease(): Promise<BuiltRelease> {
  const migrations = await readdir(databasePath('migrations', 'committed'));
  const { digest } = await readReplaceableFiles();
  return { migration: migrations.sort().at(-1) ?? '', digest };
}
