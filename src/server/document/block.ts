/** A part of a page. Text between backticks is code; line breaks are kept. */
export type Block =
  | { kind: 'heading'; level: 1 | 2 | 3; text: string }
  | { kind: 'paragraph'; text: string }
  /** Links to every section of the page. */
  | { kind: 'contents' }
  | { kind: 'table'; head: string[]; rows: string[][] }
  /** The lines of each item. */
  | { kind: 'list'; items: string[][] }
  | { kind: 'code'; language: string; text: string }
  | Grid;

/** A table of short words with two levels of columns, which marks groups whose columns differ. */
export type Grid = {
  kind: 'grid';
  /** The title of the row headings. */
  head: string;
  groups: string[];
  /** The same in every group. */
  columns: string[];
  rows: GridRow[];
};

/** A row: its name, which is also the heading of a section, and for each group a word per column. */
export type GridRow = { name: string; groups: string[][] };

/** A heading with its blocks, and the sections of the next level. */
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

/** The parts of a text in order: code and other text. */
export function partsOf(text: string): { isCode: boolean; text: string }[] {
  return text
    .split('`')
    .map((part, index) => ({ isCode: index % 2 === 1, text: part }))
    .filter((part) => part.text !== '');
}

/** The anchor of a heading, as on GitHub. */
export function anchorOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
}

/** The page as a tree: the blocks before the first section, and sections of levels 2 and 3. */
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

/** Whether the columns of a group have different words. */
export function differ(words: readonly string[]): boolean {
  return words.some((word) => word !== words[0]);
}
