import type { Definition } from '../../core/command/command.ts';
import type { ImportField } from './fields.ts';

/** What is wrong with a line of a file. */
export interface Problem {
  line: number;
  /** The column, as the file calls it; null for the line as a whole. */
  column: string | null;
  message: string;
}

/** What becomes of lines whose record is known: it is updated, or created again; undefined: they are refused. */
export type Match = 'email' | 'none' | undefined;

/** Records that can be imported. */
export interface ImportSpec {
  noun: string;
  plural: string;
  fields: readonly ImportField[];
  /** The names of the other columns that lists of them have: a file may have them too. */
  kept: readonly string[];
  /** Choices of fields, one of which each line needs. */
  needed: readonly (readonly string[])[];
  /** The same, where the record may be known: it has a flag to say so. */
  neededToMatch?: readonly (readonly string[])[];
  examples: Definition<never, Record<string, never>>['examples'];
}
