/** Something that can be typed or that comes, and what it means. */
export interface Item {
  term: string;
  about: string;
}

/** What is explained: a paragraph, a list, or lines that stay as they are. */
export type Part = string | { items: readonly Item[] } | { lines: readonly string[] };
