import { columnsChart } from './columns-chart.ts';
import { escaped } from './html.ts';
import { drawn, lengths, type Section, type SectionColumn, total } from './section.ts';
import { style } from './style.ts';

const isRight = ({ kind }: SectionColumn) => kind === 'number' || kind === 'money';
const cell = (tag: string, { right, scope }: { right: boolean; scope?: string }, text: string) =>
  `<${tag}${scope ? ` scope="${scope}"` : ''}${right ? ' class="right"' : ''}>${escaped(text)}</${tag}>`;

/** A bar beside a number: seen, and not read out, since the number is. */
function barCell(share: number, isSecond: boolean): string {
  const classes = [isSecond ? 'second' : '', share > 0 ? '' : 'none'].filter(Boolean).join(' ');
  const width = Math.max(0, share * 100).toFixed(1);
  return `<td class="bar" aria-hidden="true"><i${classes && ` class="${classes}"`} style="width:${width}%"></i></td>`;
}

function table(section: Section): string {
  const columns = drawn(section);
  const bars = columns.filter(({ column }) => column.bar);
  const most = Math.max(1e-9, ...bars.flatMap(({ column }) => lengths(column)));
  const row = (tag: (column: SectionColumn) => string, bar: (column: SectionColumn) => string) =>
    `<tr>${columns.map(({ column }) => tag(column) + (column.bar ? bar(column) : '')).join('')}</tr>`;

  const head = row(
    (column) => cell('th', { right: isRight(column), scope: 'col' }, column.label),
    () => '<td class="bar"></td>',
  );
  const body = Array.from({ length: section.rows }, (_, nth) =>
    row(
      (column) => {
        const text = columns.find((each) => each.column === column)?.texts[nth] ?? '';
        return column.role === 'name'
          ? cell('th', { right: false, scope: 'row' }, text)
          : cell('td', { right: isRight(column) }, text);
      },
      (column) => {
        const share = (lengths(column)[nth] ?? 0) / most;
        return barCell(share, column !== bars[0]?.column);
      },
    ),
  );
  const foot = row(
    (column) =>
      column.role === 'name'
        ? cell('th', { right: false, scope: 'row' }, 'Total')
        : cell('td', { right: isRight(column) }, total(column) ?? ''),
    () => '<td class="bar"></td>',
  );
  return [
    `<div class="scroll" role="region" tabindex="0" aria-labelledby="${section.key}">`,
    `<table aria-labelledby="${section.key}">`,
    `<thead>${head}</thead>`,
    `<tbody>\n${body.join('\n')}\n</tbody>`,
    ...(section.rows > 1 ? [`<tfoot>${foot}</tfoot>`] : []),
    '</table></div>',
  ].join('\n');
}

/** What happened month by month, drawn as columns; the table with the same numbers follows. */
function figure(section: Section): string[] {
  if (section.key !== 'months') return [];
  const columns = drawn(section);
  const names = columns.find(({ column }) => column.role === 'name')?.texts ?? [];
  const series = columns
    .filter(({ column }) => column.bar)
    .map(({ column, texts }) => ({ label: column.label, values: lengths(column), texts }));
  const legend = series.map(
    ({ label }, place) => `<b${place ? ' class="second"' : ''}></b>${escaped(label)}`,
  );
  return [
    '<figure>',
    columnsChart(`${section.title}, as columns; the table below has the numbers.`, names, series),
    `<figcaption>${legend.join('')}</figcaption>`,
    '</figure>',
  ];
}

/** A report as one page that needs nothing else: no script, nothing loaded from anywhere. */
export function reportPage(title: string, subtitle: string, sections: readonly Section[]): string {
  const parts = sections.map((section) =>
    [
      '<section>',
      `<h2 id="${section.key}">${escaped(section.title)}</h2>`,
      ...(section.rows > 0
        ? [...figure(section), table(section)]
        : [`<p>${escaped(section.ifEmpty)}</p>`]),
      '</section>',
    ].join('\n'),
  );
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(`${title}, ${subtitle}`)}</title>`,
    `<style>\n${style}\n</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1>${escaped(title)}</h1>`,
    `<p>${escaped(subtitle)}</p>`,
    ...parts,
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
