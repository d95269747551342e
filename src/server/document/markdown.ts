import { anchorOf, type Block, differ, type Grid, partsOf, sectionsOf } from './block.ts';

/** A page as GitHub's Markdown. */
export function markdownOf(blocks: readonly Block[]): string {
  return `${blocks.map((block) => printed(block, blocks)).join('\n\n')}\n`;
}

function printed(block: Block, page: readonly Block[]): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${escaped(block.text)}`;
    case 'paragraph':
      return escaped(block.text);
    case 'contents':
      return contents(page);
    case 'list':
      return block.items.map((lines) => `- ${lines.map(escaped).join('  \n  ')}`).join('\n');
    case 'table':
      return table(block.head, block.rows);
    case 'grid':
      return grid(block);
    case 'code':
      return `\`\`\`${block.language}\n${block.text}\n\`\`\``;
  }
}

// a line for each section, with its subsections in that line
function contents(page: readonly Block[]): string {
  return sectionsOf(page)
    .sections.map(({ heading, sections }) => {
      const parts = sections.map((section) => link(section.heading.text)).join(' · ');
      return `- ${link(heading.text)}${parts && `: ${parts}`}`;
    })
    .join('\n');
}

function link(text: string): string {
  return `[${escaped(text)}](#${anchorOf(text)})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return tableOf(
    head.map(cell),
    rows.map((row) => row.map(cell)),
  );
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

// Markdown has no second level of columns: a cell has the common word of its group, or in bold the word of each column.
function grid({ head, groups, columns, rows }: Grid): string {
  return tableOf(
    [head, ...groups].map(cell),
    rows.map((row) => [link(row.name), ...row.groups.map((words) => gridCell(words, columns))]),
  );
}

function gridCell(words: readonly string[], columns: readonly string[]): string {
  if (!differ(words)) return cell(words[0] ?? '');
  const distinct = [...new Set(words)].filter((word) => word !== '–');
  return distinct
    .map((word) => `${columns.filter((_, index) => words[index] === word).join(', ')}: ${word}`)
    .map((text) => `**${cell(text)}**`)
    .join('<br>');
}

function cell(text: string): string {
  return escaped(text).replaceAll('|', '\\|').replaceAll('\n', '<br>');
}

function escaped(text: string): string {
  return partsOf(text)
    .map((part) => (part.isCode ? `\`${part.text}\`` : part.text.replace(/[<>*\\[\]]/g, '\\$&')))
    .join('');
}
