import type { Block } from './document.ts';

/** A page of its own: no script, nothing loaded, right in light and dark, and on paper. */
export function htmlOf(blocks: readonly Block[]): string {
  const title = blocks.find((block) => block.kind === 'heading')?.text ?? '';
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
${blocks.map(printed).join('\n')}
</main>
</body>
</html>
`;
}

function printed(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${inline(block.text)}</h${block.level}>`;
    case 'paragraph':
      return `<p>${inline(block.text)}</p>`;
    case 'list':
      return `<ul>\n${block.items.map((lines) => `<li>${lines.map(inline).join('<br>')}</li>`).join('\n')}\n</ul>`;
    case 'table':
      return [
        '<div class="table"><table>',
        `<thead><tr>${block.head.map((cell) => `<th scope="col">${inline(cell)}</th>`).join('')}</tr></thead>`,
        '<tbody>',
        ...block.rows.map(tableRow),
        '</tbody>',
        '</table></div>',
      ].join('\n');
  }
}

function tableRow(cells: readonly string[]): string {
  const isContinued = cells[0] === '';
  return `<tr${isContinued ? '' : ' class="first"'}>${cells.map((cell) => `<td>${inline(cell)}</td>`).join('')}</tr>`;
}

function inline(text: string): string {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? `<code>${escaped(part)}</code>` : escaped(part)))
    .join('');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const style = `:root {
  color-scheme: light dark;
  --text: light-dark(#1c1e21, #e3e5e8);
  --faint: light-dark(#5d636b, #9aa1ab);
  --line: light-dark(#d6d9de, #3a3f47);
  --shade: light-dark(#f4f5f7, #24282e);
  --page: light-dark(#ffffff, #16191d);
}
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
h1 { font-size: 1.8rem; margin: 0 0 1rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0.75rem; padding-top: 1rem; border-top: 1px solid var(--line); }
p { max-width: 44rem; }
code { font: 0.9em ui-monospace, monospace; background: var(--shade); border-radius: 3px; padding: 0.05em 0.3em; overflow-wrap: anywhere; }
h2 code { background: none; padding: 0; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; color: var(--faint); }
th, td { padding: 0.3rem 0.9rem 0.3rem 0; vertical-align: top; }
thead th, tr.first td { border-top: 1px solid var(--line); }
thead th { border-top: 0; }
li { margin: 0.4rem 0; }
@media print {
  :root { color-scheme: light; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  tr, li { break-inside: avoid; }
  h2 { break-after: avoid; }
  thead { display: table-header-group; }
}
`;
