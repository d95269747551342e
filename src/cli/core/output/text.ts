import stringWidth from 'string-width';

/** Direction overrides, which can make one text look like another. `printable` shows a blank mark for each. */
export const overrides = /[\u202a-\u202e\u2066-\u2069]/g;
const controls = /\p{Cc}/gu;
/** What `printable` changes; most texts have none of it, and are looked at once. */
const strange = new RegExp(`${controls.source}|${overrides.source}`, 'u');

function picture(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}

/** One line that no terminal interprets: control characters become visible pictures. */
export function printable(text: string): string {
  if (!strange.test(text)) return text;
  return text
    .replace(/\r\n|[\n\r\t]/g, ' ')
    .replace(controls, picture)
    .replace(overrides, '\ufffd');
}

/** Like `printable`, but keeps line breaks and tabs. */
export function printableLines(text: string): string {
  if (!strange.test(text)) return text;
  return text
    .split(/\r\n|\n/)
    .map((line) => line.split('\t').map(printable).join('\t'))
    .join('\n');
}

/** How many terminal columns the text takes. */
export function width(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : stringWidth(text);
}

/** The spaces that pad the text to `maxWidth` terminal columns. */
export function blanks(text: string, maxWidth: number): string {
  return ' '.repeat(Math.max(0, maxWidth - width(text)));
}

/** Where a line may break: not within `12 500.00 €`, `2026-12-01 18:30` or `+33 1 99 00 10 04`. */
const breaks = /(?<!\d) | (?![\u20ac\d])/;

/** The text broken between words into lines of at most `maxWidth` columns, all of them indented. */
export function wrapped(text: string, maxWidth: number, indent: string): string {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(breaks)) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (line !== '' && width(indent + longer) > maxWidth) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    lines.push(line);
  }
  return lines.map((line) => indent + line).join('\n');
}

/** A number, an amount or a date at the end, and how one goes on: half of it would be another one. */
const numberAtEnd = /\d[\d\s.,:-]*$/;
const restOfNumber = /^(?:[.,:-]?\d|\s\d{3}(?!\d)|\s?\u20ac)/;

/** The text cut to at most `maxWidth` terminal columns, ending in `…` when something was cut. Numbers are whole or left out. */
export function shorten(text: string, maxWidth: number): string {
  if (width(text) <= maxWidth) return text;
  let kept = '';
  let used = 1;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += width(segment);
    if (used > maxWidth) break;
    kept += segment;
  }
  const whole = restOfNumber.test(text.slice(kept.length)) ? kept.replace(numberAtEnd, '') : '';
  return `${(whole || kept).replace(/[\s,]+$/, '')}…`;
}
