import type { Department } from '../../operations/index.ts';

/** Parses a typed text, or throws an `Invalid` that says how to write it. */
export type Parser<Value> = ((typed: string) => Value) & {
  /** The accepted words, of a closed set. */
  choices?: readonly string[];
  /** Words that completion offers, perhaps after the argument before. */
  offers?: readonly string[] | ((before: string | undefined) => Promise<readonly string[]>);
  /** How a value is written, as an example in the form of the person's locale. */
  like?: () => string;
  /** Whether the value is a moment, in the zone that times are shown in. */
  isMoment?: true;
  /** Of an id: the records among which a text may stand for it. */
  refersTo?: Reference;
  /** Of a text of several lines: a prompt takes pasted ones, and an editor. */
  isLong?: true;
};

/** The kinds of record that search covers. */
export const searched = ['client', 'contract', 'event', 'employee', 'note'] as const;

/** The records among which a text is searched. */
export interface Reference {
  kind: (typeof searched)[number];
  /** Only active employees of this department. */
  department?: Department;
  /** Only contracts in this state; `unpaid` ones are signed. */
  state?: 'draft' | 'signed' | 'unpaid';
}

/** A typed text is not a valid value. The message completes “--flag: …”. */
export class Invalid extends Error {
  /** What to type instead. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** A typed text in a message. */
export const quoted = (typed: string) =>
  `“${typed.length > 40 ? `${typed.slice(0, 40)}…` : typed}”`;
