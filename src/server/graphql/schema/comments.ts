/** A parsed comment of the database. */
export type Comment = {
  text: string;
  /** Its list, of a column's values or a function's arguments. */
  parts: ReadonlyMap<string, string>;
};

const part = /^- `(\w+)`: (.+)$/;

/** Parses a comment that may end with a list, like "- `draft`: Not agreed yet." */
export function parseComment(comment: string | null | undefined): Comment {
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
