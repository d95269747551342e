import { escaped } from './html.ts';

/** Amounts side by side, month after month. */
export interface Series {
  label: string;
  values: readonly number[];
  texts: readonly string[];
}

const size = { width: 800, height: 240, left: 56, right: 4, top: 14, bottom: 24 };
const plot = {
  width: size.width - size.left - size.right,
  height: size.height - size.top - size.bottom,
};
const fewLabels = 13;

/** A round number that is not less than what is shown: 1, 2 or 5, and zeros. */
function roundTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= most) ?? most;
}

const short = (amount: number) =>
  amount >= 1e6 ? `${amount / 1e6} M€` : amount >= 1000 ? `${amount / 1000} k€` : `${amount} €`;

function axis(top: number): string {
  return [0, 0.5, 1]
    .map((part) => {
      const y = (size.top + plot.height * (1 - part)).toFixed(1);
      return (
        `<line x1="${size.left}" x2="${size.width - size.right}" y1="${y}" y2="${y}"/>` +
        `<text x="${size.left - 8}" y="${y}" dy=".32em" text-anchor="end">${short(top * part)}</text>`
      );
    })
    .join('\n');
}

/** Columns for each of a few series, as inline SVG. Every column says what it is when it is pointed at. */
export function columnsChart(
  title: string,
  names: readonly string[],
  series: readonly Series[],
): string {
  const top = roundTop(Math.max(...series.flatMap(({ values }) => values)));
  const step = plot.width / names.length;
  const thickness = Math.min(28, (step * 0.8) / series.length);
  const every = Math.ceil(names.length / fewLabels);

  const columns = names.map((name, nth) => {
    const middle = size.left + step * (nth + 0.5);
    const bars = series.map(({ label, values, texts }, place) => {
      const height = (Math.max(values[nth] ?? 0, 0) / top) * plot.height;
      const x = middle + (place - series.length / 2) * thickness;
      const said = escaped(`${name}, ${label.toLowerCase()}: ${texts[nth] ?? ''}`);
      return (
        `<rect class="${place ? 'second' : 'first'}" x="${x.toFixed(1)}" y="${(size.top + plot.height - height).toFixed(1)}" ` +
        `width="${(thickness - 1).toFixed(1)}" height="${height.toFixed(1)}"><title>${said}</title></rect>`
      );
    });
    const label = `<text x="${middle.toFixed(1)}" y="${size.height - 6}" text-anchor="middle">${escaped(name)}</text>`;
    return [...bars, ...(nth % every === 0 ? [label] : [])].join('\n');
  });
  return [
    `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escaped(title)}">`,
    axis(top),
    ...columns,
    '</svg>',
  ].join('\n');
}
