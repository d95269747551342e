import { figure } from '../../core/output/format.ts';
import { escapeHtml, htmlPage } from '../../core/output/html.ts';
import { barLengths, type Section, type SectionColumn, total, visibleColumns } from './sections.ts';
import { style } from './style.ts';

interface Series {
  label: string;
  values: readonly number[];
  texts: readonly string[];
}

interface Size {
  name: 'wide' | 'narrow';
  width: number;
  height: number;
}

/** In a phone's chart the text is as large as in the page. */
const sizes: readonly Size[] = [
  { name: 'wide', width: 800, height: 240 },
  { name: 'narrow', width: 400, height: 220 },
];
const margin = { right: 4, top: 14, bottom: 24 };
const characterWidth = 7;
const mostTicks = 5;

/** The values of an axis up to the first that is not below `most`: at most five steps of 1, 2, 2.5 or 5 times a power of ten. */
function ticksUpTo(most: number): number[] {
  const least = Math.max(most / mostTicks, 1);
  const power = 10 ** Math.floor(Math.log10(least));
  const steps = [1, 2, 2.5, 5, 10].map((factor) => factor * power).filter(Number.isInteger);
  const step = steps.find((each) => each >= least) ?? power * 10;
  return Array.from({ length: Math.max(1, Math.ceil(most / step)) + 1 }, (_, nth) => nth * step);
}

/** A column chart as inline SVG; each column has a title that a pointer shows. */
function columnChart(
  title: string,
  names: readonly string[],
  series: readonly Series[],
  size: Size,
): string {
  const ticks = ticksUpTo(Math.max(...series.flatMap(({ values }) => values)));
  const top = ticks.at(-1) ?? 1;
  const left = Math.max(...ticks.map((each) => figure(each).length)) * characterWidth + 12;
  const plot = {
    width: size.width - left - margin.right,
    height: size.height - margin.top - margin.bottom,
  };
  const y = (value: number) => margin.top + plot.height * (1 - value / top);
  const step = plot.width / names.length;
  const thickness = Math.min(28, (step * 0.8) / series.length);
  const longest = Math.max(...names.map(({ length }) => length)) + 1;
  const every = Math.ceil((longest * characterWidth) / step);

  const axis = ticks.map(
    (value) =>
      `<line x1="${left}" x2="${size.width - margin.right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}"/>` +
      `<text x="${left - 8}" y="${y(value).toFixed(1)}" dy=".32em" text-anchor="end">${figure(value)}</text>`,
  );
  const columns = names.map((name, nth) => {
    const middle = left + step * (nth + 0.5);
    const bars = series.map(({ label, values, texts }, nthSeries) => {
      const value = Math.max(values[nth] ?? 0, 0);
      const x = middle + (nthSeries - series.length / 2) * thickness;
      const description = escapeHtml(`${name}, ${label.toLowerCase()}: ${texts[nth] ?? ''}`);
      return (
        `<rect class="${nthSeries ? 'second' : 'first'}" x="${x.toFixed(1)}" y="${y(value).toFixed(1)}" ` +
        `width="${(thickness * 0.95).toFixed(1)}" height="${(y(0) - y(value)).toFixed(1)}"><title>${description}</title></rect>`
      );
    });
    const label = `<text x="${middle.toFixed(1)}" y="${size.height - 6}" text-anchor="middle">${escapeHtml(name)}</text>`;
    return [...bars, ...(nth % every === 0 ? [label] : [])].join('\n');
  });
  return [
    `<svg class="${size.name}" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeHtml(title)}">`,
    ...axis,
    ...columns,
    '</svg>',
  ].join('\n');
}

const isRight = ({ kind }: SectionColumn) => kind === 'number' || kind === 'money';
const heading = (scope: 'row' | 'col', text: string, right = false) =>
  `<th scope="${scope}"${right ? ' class="right"' : ''}>${escapeHtml(text)}</th>`;
const cell = (column: SectionColumn, text: string) =>
  `<td${isRight(column) ? ' class="right"' : ''}>${escapeHtml(text)}</td>`;

/** A bar beside a number, hidden from screen readers, which read the number. */
function barCell(share: number, isSecond: boolean): string {
  const classes = [isSecond ? 'second' : '', share > 0 ? '' : 'none'].filter(Boolean).join(' ');
  const width = Math.max(0, share * 100).toFixed(1);
  return `<td class="bar" aria-hidden="true"><i${classes && ` class="${classes}"`} style="width:${width}%"></i></td>`;
}

function table(section: Section, hasChart: boolean): string {
  const columns = visibleColumns(section);
  const bars = hasChart ? [] : columns.filter(({ column }) => column.bar);
  const most = Math.max(1e-9, ...bars.flatMap(({ column }) => barLengths(column)));
  const hasBar = (column: SectionColumn) => bars.some((each) => each.column === column);
  const row = (tag: (column: SectionColumn) => string, bar: (column: SectionColumn) => string) =>
    `<tr>${columns.map(({ column }) => tag(column) + (hasBar(column) ? bar(column) : '')).join('')}</tr>`;

  const head = row(
    (column) => heading('col', column.label, isRight(column)),
    () => '<td class="bar"></td>',
  );
  const body = Array.from({ length: section.rowCount }, (_, nth) =>
    row(
      (column) => {
        const text = columns.find((each) => each.column === column)?.texts[nth] ?? '';
        return column.role === 'name' ? heading('row', text) : cell(column, text);
      },
      (column) => {
        const share = (barLengths(column)[nth] ?? 0) / most;
        return barCell(share, column !== bars[0]?.column);
      },
    ),
  );
  const foot = row(
    (column) =>
      column.role === 'name' ? heading('row', 'Total') : cell(column, total(column) ?? ''),
    () => '<td class="bar"></td>',
  );
  return [
    `<div class="scroll" role="region" tabindex="0" aria-labelledby="${section.key}">`,
    `<table aria-labelledby="${section.key}" style="--cells: ${columns.length - 1}">`,
    `<thead>${head}</thead>`,
    `<tbody>\n${body.join('\n')}\n</tbody>`,
    ...(section.rowCount > 1 ? [`<tfoot>${foot}</tfoot>`] : []),
    '</table></div>',
  ].join('\n');
}

/** Months are drawn as a chart, for a wide and for a narrow page; the table below has the numbers. */
function figures(section: Section): string[] {
  const columns = visibleColumns(section);
  const names = columns.find(({ column }) => column.role === 'name')?.texts ?? [];
  const series = columns
    .filter(({ column }) => column.bar)
    .map(({ column, texts }) => ({ label: column.label, values: barLengths(column), texts }));
  const legend = series.map(
    ({ label }, index) => `<b${index ? ' class="second"' : ''}></b>${escapeHtml(label)} (€)`,
  );
  const title = `${section.title}, as columns; the table below has the numbers.`;
  return [
    '<figure>',
    ...sizes.map((size) => columnChart(title, names, series, size)),
    `<figcaption>${legend.join('')}</figcaption>`,
    '</figure>',
  ];
}

function body(section: Section): string[] {
  if (section.rowCount === 0) return [`<p>${escapeHtml(section.ifEmpty)}</p>`];
  const hasChart = section.key === 'months';
  return [...(hasChart ? figures(section) : []), table(section, hasChart)];
}

/** A report as one self-contained HTML page, without scripts. */
export function reportPage(report: {
  title: string;
  days: string;
  /** When, and in which time zone. */
  generated: string;
  sections: readonly Section[];
}): string {
  const { title, days, generated, sections } = report;
  const parts = sections.map((section) =>
    [
      '<section>',
      `<h2 id="${section.key}">${escapeHtml(section.title)}</h2>`,
      ...body(section),
      '</section>',
    ].join('\n'),
  );
  return htmlPage(`${title}, ${days}`, style, [
    `<h1>${escapeHtml(title)}</h1>`,
    `<p>${escapeHtml(days)}</p>`,
    `<p>${escapeHtml(generated)}</p>`,
    ...parts,
  ]);
}
