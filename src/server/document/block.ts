/** A piece of a page, for whatever prints it. Text between backticks is code; a line break in a text stays one. */
export type Block =
  | { kind: 'heading'; level: 1 | 2 | 3; text: string }
  | { kind: 'paragraph'; text: string }
  /** Links to every section of the page. */
  | { kind: 'contents' }
  | { kind: 'table'; head: string[]; rows: string[][] }
  /** Each item has a first line, and further ones below it. */
  | { kind: 'list'; items: string[][] }
  | { kind: 'code'; language: string; text: string }
  | Grid;

/** A table of short words with two levels of columns, where it matters which columns of a group differ. */
export type Grid = {
  kind: 'grid';
  /** What the rows are. */
  head: string;
  groups: string[];
  /** The same in every group. */
  columns: string[];
  bodies: { title: string; rows: GridRow[] }[];
};

/** One row: its name, which is also the heading of a section of the page, and for each group a word per column. */
export type GridRow = { name: string; groups: string[][] };

/** A part of a page: what stands under a heading, and the parts of the next level below it. */
export type Section = {
  heading: Extract<Block, { kind: 'heading' }>;
  blocks: Block[];
  sections: Section[];
};

export function heading(level: 1 | 2 | 3, text: string): Block {
  return { kind: 'heading', level, text };
}

export function paragraph(text: string): Block {
  return { kind: 'paragraph', text };
}

/** Text as code. */
export function code(text: string): string {
  return `\`${text}\``;
}

/** What a text consists of, in order: code, which stands for itself, and other text. */
export function partsOf(text: string): { isCode: boolean; text: string }[] {
  return text
    .split('`')
    .map((part, index) => ({ isCode: index % 2 === 1, text: part }))
    .filter((part) => part.text !== '');
}

/** The name of a heading in a link, as GitHub makes it. */
export function anchorOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
}

/** The page as a tree: its blocks before the first section, and the sections of level 2 with those of level 3 in them. */
export function sectionsOf(blocks: readonly Block[]): { before: Block[]; sections: Section[] } {
  const before: Block[] = [];
  const sections: Section[] = [];
  for (const block of blocks) {
    const outer = sections.at(-1);
    if (block.kind === 'heading' && block.level > 1) {
      const section = { heading: block, blocks: [], sections: [] };
      if (block.level === 3 && outer !== undefined) outer.sections.push(section);
      else sections.push(section);
    } else (outer?.sections.at(-1)?.blocks ?? outer?.blocks ?? before).push(block);
  }
  return { before, sections };
}

/** Whether the columns of a group do not all say the same. */
export function differ(words: readonly string[]): boolean {
  return words.some((word) => word !== words[0]);
}
