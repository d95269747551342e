import type { Command, Noun } from './command.ts';

/** A kind of record, by its name; its commands are loaded when they are needed. */
export interface NounEntry {
  name: string;
  plural: string;
  summary: string;
  load(): Promise<Noun>;
}

/** A command that belongs to no noun: `epic login`. */
export interface CommandEntry {
  name: string;
  summary: string;
  load(): Promise<Command>;
}

/** Entries of the same kind, under a heading of the help. */
export type Section = { heading: string } & (
  | { nouns: readonly NounEntry[] }
  | { commands: readonly CommandEntry[] }
);
