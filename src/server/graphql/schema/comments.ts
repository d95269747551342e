/** A comment of the database, taken apart. */
export type Comment = {
  text: string;
  /** What it says of each of its parts: the values of a column, the arguments of a function. */
  parts: ReadonlyMap<string, string>;
};

const part = /^- `(\w+)`: (.+)$/;

/** Reads a comment whose lines at the end may be a list, like "- `draft`: Not agreed yet." */
export function readComment(comment: string | null | undefined): Comment {
  const lines = (comment ?? '').split('\n');
  const matches = lines.map((line) => part.exec(line));
  return {
    text: lines
      .filter((_, index) => matches[index] === null)
      .join('\n')
      .trim(),
    parts: new Map(matches.flatMap((match) => (match ? [[match[1] ?? '', match[2] ?? '']] : []))),
  };
}
