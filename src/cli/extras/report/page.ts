import { escapeHtml, htmlPage } from '../../core/output/html.ts';
import { barLengths, type Section, type SectionColumn, total, visibleColumns } from './sections.ts';
import { style } from './style.ts';

interface Series {
  label: string;
  values: readonly number[];
  texts: readonly string[];
}

const chart = { width: 800, height: 240, left: 56, right: 4, top: 14, bottom: 24 };
const plot = {
  width: chart.width - chart.left - chart.right,
  height: chart.height - chart.top - chart.bottom,
};
const maxLabels = 13;

/** The upper end of the axis: 1, 2 or 5, times a power of ten. */
function axisTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= most) ?? most;
}

const shortAmount = (amount: number) =>
  amount >= 1e6 ? `${amount / 1e6} M€` : amount >= 1000 ? `${amount / 1000} k€` : `${amount} €`;

function axis(top: number): string {
  return [0, 0.5, 1]
    .map((part) => {
      const y = (chart.top + plot.height * (1 - part)).toFixed(1);
      return (
        `<line x1="${chart.left}" x2="${chart.width - chart.right}" y1="${y}" y2="${y}"/>` +
        `<text x="${chart.left - 8}" y="${y}" dy=".32em" text-anchor="end">${shortAmount(top * part)}</text>`
      );
    })
    .join('\n');
}

/** A column chart as inline SVG; each column has a title that a pointer shows. */
function columnChart(title: string, names: readonly string[], series: readonly Series[]): string {
  const top = axisTop(Math.max(...series.flatMap(({ values }) => values)));
  const step = plot.width / names.length;
  const thickness = Math.min(28, (step * 0.8) / series.length);
  const every = Math.ceil(names.length / maxLabels);

  const columns = names.map((name, nth) => {
    const middle = chart.left + step * (nth + 0.5);
    const bars = series.map(({ label, values, texts }, nthSeries) => {
      const height = (Math.max(values[nth] ?? 0, 0) / top) * plot.height;
      const x = middle + (nthSeries - series.length / 2) * thickness;
      const description = escapeHtml(`${name}, ${label.toLowerCase()}: ${texts[nth] ?? ''}`);
      return (
        `<rect class="${nthSeries ? 'second' : 'first'}" x="${x.toFixed(1)}" y="${(chart.top + plot.height - height).toFixed(1)}" ` +
        `width="${(thickness - 1).toFixed(1)}" height="${height.toFixed(1)}"><title>${description}</title></rect>`
      );
    });
    const label = `<text x="${middle.toFixed(1)}" y="${chart.height - 6}" text-anchor="middle">${escapeHtml(name)}</text>`;
    return [...bars, ...(nth % every === 0 ? [label] : [])].join('\n');
  });
  return [
    `<svg viewBox="0 0 ${chart.width} ${chart.height}" role="img" aria-label="${escapeHtml(title)}">`,
    axis(top),
    ...columns,
    '</svg>',
  ].join('\n');
}

const isRight = ({ kind }: SectionColumn) => kind === 'number' || kind === 'money';
const cell = (tag: string, { right, scope }: { right: boolean; scope?: string }, text: string) =>
  `<${tag}${scope ? ` scope="${scope}"` : ''}${right ? ' class="right"' : ''}>${escapeHtml(text)}</${tag}>`;

/** A bar beside a number, hidden from screen readers, which read the number. */
function barCell(share: number, isSecond: boolean): string {
  const classes = [isSecond ? 'second' : '', share > 0 ? '' : 'none'].filter(Boolean).join(' ');
  const width = Math.max(0, share * 100).toFixed(1);
  return `<td class="bar" aria-hidden="true"><i${classes && ` class="${classes}"`} style="width:${width}%"></i></td>`;
}

function table(section: Section): string {
  const columns = visibleColumns(section);
  const bars = columns.filter(({ column }) => column.bar);
  const most = Math.max(1e-9, ...bars.flatMap(({ column }) => barLengths(column)));
  const row = (tag: (column: SectionColumn) => string, bar: (column: SectionColumn) => string) =>
    `<tr>${columns.map(({ column }) => tag(column) + (column.bar ? bar(column) : '')).join('')}</tr>`;

  const head = row(
    (column) => cell('th', { right: isRight(column), scope: 'col' }, column.label),
    () => '<td class="bar"></td>',
  );
  const body = Array.from({ length: section.rowCount }, (_, nth) =>
    row(
      (column) => {
        const text = columns.find((each) => each.column === column)?.texts[nth] ?? '';
        return column.role === 'name'
          ? cell('th', { right: false, scope: 'row' }, text)
          : cell('td', { right: isRight(column) }, text);
      },
      (column) => {
        const share = (barLengths(column)[nth] ?? 0) / most;
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
    ...(section.rowCount > 1 ? [`<tfoot>${foot}</tfoot>`] : []),
    '</table></div>',
  ].join('\n');
}

/** A chart of the months; the table with the same numbers follows. */
function figure(section: Section): string[] {
  if (section.key !== 'months') return [];
  const columns = visibleColumns(section);
  const names = columns.find(({ column }) => column.role === 'name')?.texts ?? [];
  const series = columns
    .filter(({ column }) => column.bar)
    .map(({ column, texts }) => ({ label: column.label, values: barLengths(column), texts }));
  const legend = series.map(
    ({ label }, index) => `<b${index ? ' class="second"' : ''}></b>${escapeHtml(label)}`,
  );
  return [
    '<figure>',
    columnChart(`${section.title}, as columns; the table below has the numbers.`, names, series),
    `<figcaption>${legend.join('')}</figcaption>`,
    '</figure>',
  ];
}

/** A report as one self-contained HTML page, without scripts. */
export function reportPage(title: string, subtitle: string, sections: readonly Section[]): string {
  const parts = sections.map((section) =>
    [
      '<section>',
      `<h2 id="${section.key}">${escapeHtml(section.title)}</h2>`,
      ...(section.rowCount > 0
        ? [...figure(section), table(section)]
        : [`<p>${escapeHtml(section.ifEmpty)}</p>`]),
      '</section>',
    ].join('\n'),
  );
  return htmlPage(`${title}, ${subtitle}`, style, [
    `<h1>${escapeHtml(title)}</h1>`,
    `<p>${escapeHtml(subtitle)}</p>`,
    ...parts,
  ]);
}
