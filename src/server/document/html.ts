import { isDeepStrictEqual } from 'node:util';
import {
  anchorOf,
  type Block,
  differ,
  type Grid,
  type GridRow,
  partsOf,
  type Section,
  sectionsOf,
} from './block.ts';
import { style } from './html-style.ts';

/** A self-contained page without scripts, for light and dark, narrow screens and print. */
export function htmlOf(blocks: readonly Block[]): string {
  const title = blocks.find((block) => block.kind === 'heading')?.text ?? '';
  const { before, sections } = sectionsOf(blocks);
  const page = [
    ...before.map((block) => printed(block, sections)),
    ...sections.map((section) => printedSection(section, sections)),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>
${style}</style>
</head>
<body>
<main>
${page.join('\n')}
</main>
</body>
</html>
`;
}

function contents(sections: readonly Section[]): string {
  const item = ({ heading, sections: parts }: Section): string =>
    `<li><a href="#${anchorOf(heading.text)}">${inline(heading.text)}</a>${
      parts.length > 0 ? `\n<ul>\n${parts.map(item).join('\n')}\n</ul>\n` : ''
    }</li>`;
  return `<nav aria-label="Contents">\n<ul>\n${sections.map(item).join('\n')}\n</ul>\n</nav>`;
}

function printedSection({ heading, blocks, sections }: Section, page: readonly Section[]): string {
  return [
    `<section id="${anchorOf(heading.text)}">`,
    ...[heading, ...blocks].map((block) => printed(block, page)),
    ...sections.map((section) => printedSection(section, page)),
    '</section>',
  ].join('\n');
}

function printed(block: Block, page: readonly Section[]): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${inline(block.text)}</h${block.level}>`;
    case 'paragraph':
      return `<p>${inline(block.text)}</p>`;
    case 'contents':
      return contents(page);
    case 'list':
      return `<ul>\n${block.items.map((lines) => `<li>${lines.map(inline).join('<br>')}</li>`).join('\n')}\n</ul>`;
    case 'table':
      return table(block.head, block.rows);
    case 'grid':
      return grid(block);
    case 'code':
      return `<pre>${escaped(block.text)}</pre>`;
  }
}

// on a narrow screen rows become cards, with data-head beside each cell
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[]) =>
    row.map((cell, index) => `<td data-head="${escaped(head[index] ?? '')}">${inline(cell)}</td>`);
  return [
    '<table>',
    `<thead><tr>${head.map((cell) => `<th scope="col">${inline(cell)}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...rows.map((row) => `<tr${row[0] === '' ? '' : ' class="first"'}>${cells(row).join('')}</tr>`),
    '</tbody>',
    '</table>',
  ].join('\n');
}

// a row for each group that has a word, so that long words wrap in a few wide columns; neighbours with the same words share one
function grid({ head, groups, columns, rows }: Grid): string {
  const heads = [head, '', ...columns];
  return [
    `<table class="grid" style="--columns: ${columns.length}">`,
    `<thead><tr>${heads.map((name) => `<th scope="col">${inline(name)}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...rows.flatMap((row) => gridRows(row, groups)),
    '</tbody>',
    '</table>',
  ].join('\n');
}

function gridRows({ name, groups }: GridRow, heads: readonly string[]): string[] {
  const all = groups.map((words, index) => ({ words, head: heads[index] ?? '' }));
  const used: typeof all = [];
  for (const { words, head } of all.filter(({ words }) => words.some((word) => word !== '–'))) {
    const last = used.at(-1);
    if (last && isDeepStrictEqual(last.words, words)) last.head += `, ${head}`;
    else used.push({ words, head });
  }
  const record = `<th scope="rowgroup" rowspan="${used.length}"><a href="#${anchorOf(name)}">${inline(name)}</a></th>`;
  return used.map(
    ({ words, head }, index) =>
      `<tr${classes(index === 0 && 'first')}>${index === 0 ? record : ''}<th scope="row">${inline(head)}</th>${gridCells(words).join('')}</tr>`,
  );
}

// one cell across columns that are equal
function gridCells(words: readonly string[]): string[] {
  const isDifferent = differ(words);
  return (isDifferent ? words : words.slice(0, 1)).map((word) => {
    const names = classes(word === '–' && 'none', isDifferent && 'differs');
    return `<td${names}${isDifferent ? '' : ` colspan="${words.length}"`}>${inline(word)}</td>`;
  });
}

function classes(...names: readonly (string | false)[]): string {
  const given = names.filter((name) => name !== false);
  return given.length > 0 ? ` class="${given.join(' ')}"` : '';
}

function inline(text: string): string {
  return partsOf(text)
    .map((part) => (part.isCode ? `<code>${escaped(part.text)}</code>` : escaped(part.text)))
    .join('')
    .replaceAll('\n', '<br>');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
