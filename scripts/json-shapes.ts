// Prints what --json gives, as Markdown: node scripts/json-shapes.ts

import { catalog } from '../src/cli/catalog.ts';
import type { Field, Kind } from '../src/cli/output/columns.ts';

const types: Record<Kind, string> = {
  id: 'number',
  text: 'string',
  phone: 'string',
  money: 'string: `"12500.00"`, in euros',
  date: 'string: `"2026-12-01"`',
  instant: 'string: `"2026-12-01T17:30:00Z"`, in UTC',
  number: 'number',
  status: 'string',
  flag: 'boolean',
  json: 'object or array',
};

const table = (fields: readonly Field[]) =>
  [
    '| field | label | type |',
    '|---|---|---|',
    ...fields.map(({ key, label, kind }) => `| \`${key}\` | ${label} | ${types[kind]} |`),
  ].join('\n');

const sameFields = (one: readonly Field[], other: readonly Field[]) =>
  one.map(({ key }) => key).join() === other.map(({ key }) => key).join();

/** The fields of every noun, and of every command that has others. */
export async function jsonShapes(): Promise<string> {
  const parts: string[] = [];
  for (const section of catalog) {
    for (const noun of 'nouns' in section ? section.nouns : []) {
      const { fields, commands } = await noun.load();
      parts.push(`#### ${noun.name}`, table(fields));
      for (const verb of commands) {
        if (sameFields(verb.fields, fields) || verb.fields.length === 0) continue;
        parts.push(`\`epic ${noun.name} ${verb.name}\`:`, table(verb.fields));
      }
    }
    for (const entry of 'commands' in section ? section.commands : []) {
      const { fields } = await entry.load();
      if (fields.length > 0) parts.push(`#### epic ${entry.name}`, table(fields));
    }
  }
  return `${parts.join('\n\n')}\n`;
}

if (import.meta.main) process.stdout.write(await jsonShapes());
