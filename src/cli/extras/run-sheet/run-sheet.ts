import { optional, required } from '../../core/args/flag.ts';
import { idOf, line } from '../../core/args/parsers.ts';
import { verb } from '../../core/command/command.ts';
import { recordNotFound } from '../../core/command/record.ts';
import { asColumn } from '../../core/command/view.ts';
import { writeForPeople } from '../../core/locale/locale.ts';
import { writeWhole } from '../../core/output/file.ts';
import type { Paint } from '../../core/output/paint.ts';
import { blanks, printable, printableLines, width, wrapped } from '../../core/output/text.ts';
import { contactLine } from '../../core/text/words.ts';
import { eventSheet } from '../../nouns/event/sheet.ts';
import { EventSheet } from '../../operations/index.ts';
import type { RunSheet } from './facts.ts';

function drawRunSheet(sheet: RunSheet, paint: Paint, maxWidth: number): string {
  const { title, when, warning, facts, people, notes, colleagues } = sheet;
  const lines = [
    ...facts,
    ...people.map(
      ({ role, name, ...reached }) =>
        [role, contactLine({ fullName: name, ...reached }) ?? ''] as const,
    ),
  ];
  const margin = Math.max(...lines.map(([label]) => width(label))) + 2;
  const drawn = lines.map(
    ([label, text]) =>
      paint.heading(label) +
      blanks(label, margin) +
      wrapped(printable(text), maxWidth, ' '.repeat(margin)).slice(margin),
  );
  const part = (text: string, painted = (each: string) => each) =>
    painted(wrapped(printable(text), maxWidth, ''));
  const texts = (text: string) => wrapped(printableLines(text), maxWidth, '  ');
  return `${[
    part(title, paint.heading),
    part(when),
    ...(warning ? [part(warning, paint.bad)] : []),
    '',
    ...drawn,
    ...(notes ? ['', paint.heading('Notes'), texts(notes)] : []),
    ...(colleagues.length > 0 ? ['', paint.heading('Notes of colleagues')] : []),
    ...colleagues.map(({ author, text }) => texts(`${author}: ${text}`)),
  ].join('\n')}\n`;
}

/** `epic event sheet`: one page for the people on site. */
export const runSheet = verb({
  name: 'sheet',
  summary: 'Print the run sheet of an event, for the people on site',
  flags: {
    id: required('<id>', "the event's id, or a part of its title, place or client", idOf('event')),
    html: optional('--html <file>', 'write an HTML page; - for standard output', line(4000)),
  },
  columns: [...eventSheet.columns, ...eventSheet.sections.map(asColumn)],
  examples: [
    ['event sheet 101', ''],
    ['event sheet 101 --html gala.html', 'a page of A4 to print, or for a phone'],
  ],
  notes: [
    'When and where, how many, whom to call, the notes of the event and those of colleagues that are not done: no amounts.',
  ],
  async run({ api, output, flags, columns: shown, fields }) {
    const { id, html } = flags;
    const size = { first: 1000, upTo: 0, notes: { open: true } };
    const { event } = await api.send(EventSheet, { id, ...size });
    if (!event) throw recordNotFound('event', id);
    if (html === undefined && (fields !== undefined || output.format !== 'people')) {
      return output.record(shown, event);
    }
    if (html !== undefined) writeForPeople();
    const { runSheetOf } = await import('./facts.ts');
    const sheet = runSheetOf(event);
    if (html === undefined) {
      return output.drawing((paint, width) => drawRunSheet(sheet, paint, width));
    }
    const { runSheetPage } = await import('./page.ts');
    if (html === '-') return output.verbatim(runSheetPage(sheet));
    await writeWhole(html, runSheetPage(sheet));
    output.note(`The run sheet is in ${html}.`);
  },
});
