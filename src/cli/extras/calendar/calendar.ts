import { optional, toggle } from '../../core/args/flag.ts';
import { idOf, line } from '../../core/args/parsers.ts';
import { verb } from '../../core/command/command.ts';
import type { Column } from '../../core/output/columns.ts';
import { wordsOnly } from '../../core/output/marks.ts';
import { fields } from '../../nouns/event/fields.ts';
import type { CalendarEvent } from './events.ts';
import { daysOf, month, thisMonth } from './month.ts';

const mark = (key: 'mine' | 'doubleBooked', label: string): Column<CalendarEvent> => ({
  key,
  label,
  kind: 'flag',
  priority: 8,
  value: (event) => event[key],
});

/** `epic event calendar`: the events of a month, drawn, as rows, or as an iCalendar file. */
export const calendar = verb({
  name: 'calendar',
  summary: 'Show the events of a month',
  flags: {
    month: optional(
      '--month <month>',
      'like 2026-12, or +1 for the next; this month by default',
      month,
    ),
    mine: toggle('-m, --mine', 'only those you run or sold'),
    support: optional(
      '--support <employee>',
      'only those that this employee runs',
      idOf('employee'),
    ),
    ics: optional('--ics [file]', 'write iCalendar to a file, or to standard output', line(4000)),
  },
  columns: [...fields.columns, mark('mine', 'Mine'), mark('doubleBooked', 'Double-booked')],
  examples: [
    ['event calendar', 'this month'],
    ['event calendar --month 2026-12 --mine', 'your events in December'],
    ['event calendar --month +1 --ics next-month.ics', 'for another calendar program'],
  ],
  notes: [
    'Marks: * mine, ! its support employee is double-booked, x cancelled.',
    'A day shows its first 10 events, and how many more it has.',
    'The same days as a list, with places and whole titles: epic event agenda --between 2026-12-01..2026-12-31.',
    'Without a terminal: one event per line, all of them; the last field says whether it is double-booked.',
  ],
  async run({ api, output, flags, columns: shown, fields }) {
    const { daysWithEvents, eventsOf } = await import('./events.ts');
    const of = flags.month ?? thisMonth();
    const isDrawn = flags.ics === undefined && fields === undefined && output.format === 'people';
    if (isDrawn && wordsOnly()) {
      // a grid cannot be read aloud
      const { drawAgenda } = await import('./agenda.ts');
      const days = daysOf(of);
      const period = { first: days.at(0) ?? '', last: days.at(-1) ?? '' };
      const events = await eventsOf(api, of, flags);
      return output.drawing((paint, width) => drawAgenda(events, period, paint, width));
    }
    if (isDrawn) {
      const { drawMonth } = await import('./draw.ts');
      const { days, pairs } = await daysWithEvents(api, of, flags);
      await output.drawing((paint, width, lines) =>
        drawMonth(of, days, pairs, paint, { width, height: lines - 1 }),
      );
      const all = daysOf(of);
      const mine = flags.mine ? ' --mine' : '';
      return output.note(`Day by day: epic event agenda --between ${all[0]}..${all.at(-1)}${mine}`);
    }
    const events = await eventsOf(api, of, flags);
    if (flags.ics === undefined) return output.list(shown, events, 'No event in this month.');
    const { icsOf } = await import('./ics.ts');
    const name = `Epic Events ${daysOf(of)[0]?.slice(0, 7)}`;
    const ics = await icsOf(name, events, new Date());
    if (flags.ics === '-') return output.verbatim(ics);
    const { writeWhole } = await import('../../core/output/file.ts');
    await writeWhole(flags.ics, ics);
    output.note(`${events.length} events are in ${flags.ics}.`);
  },
});
