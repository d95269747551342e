import type { ImportFields } from './fields.ts';

/** What is wrong with a line of a file. */
export interface Problem {
  line: number;
  /** The column, as the file calls it; null for the line as a whole. */
  column: string | null;
  message: string;
}

/** What becomes of lines whose record is known: it is updated, or created again; undefined: they are refused. */
export type Match = 'email' | 'none' | undefined;

/** The records that the API imports, with examples of it. */
export const imports = {
  client: {
    matchedBy: 'email',
    examples: [
      ['client import clients.csv --dry-run', 'what is wrong with it, line by line'],
      ['client import clients.csv', 'create them all, if none is known yet'],
      ['client import clients.csv --match email', 'change those I have, create the others'],
    ],
  },
  contract: {
    examples: [
      ['contract import contracts.csv --dry-run', 'what is wrong with it, line by line'],
      ['contract import contracts.csv', 'as drafts; clients by clientId or clientEmail'],
    ],
  },
  event: {
    examples: [
      ['event import season.csv --dry-run', 'what is wrong with it, line by line'],
      ['event import season.csv', 'times as in “2026-12-01 18:30”'],
    ],
  },
} satisfies Record<string, { matchedBy?: string; examples: [string, string][] }>;

/** A kind of record that is imported. */
export interface ImportSpec extends ImportFields {
  noun: string;
  plural: string;
  /** The names of the columns that lists of them have: a file may have those too. */
  shown: readonly string[];
  /** The field by which known records may be matched: each line then needs it alone. */
  matchedBy?: string;
}
