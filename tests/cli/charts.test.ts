import fc from 'fast-check';
import { period } from '../../src/cli/core/args/dates.ts';
import { bar, drawChart } from '../../src/cli/core/output/bars.ts';
import { escapeHtml } from '../../src/cli/core/output/html.ts';
import { createPaint } from '../../src/cli/core/output/paint.ts';
import { width } from '../../src/cli/core/output/text.ts';
import { drawGrid } from '../../src/cli/extras/calendar/draw.ts';
import { clashes } from '../../src/cli/extras/calendar/events.ts';
import { daysOf, month, thisMonth, weeksOf } from '../../src/cli/extras/calendar/month.ts';
import { section, total } from '../../src/cli/extras/report/sections.ts';

const plain = createPaint(false);
const widest = (drawing: string) => Math.max(...drawing.split('\n').map(width));
const names = ['Zoé', '株式会社エピック', 'An exceedingly long name of a company', '🎉 Party'];

describe('a bar', () => {
  test('a bar is drawn to an eighth of a cell', () => {
    expect(bar(10, 10, 4)).toBe('████');
    expect(bar(5, 10, 4)).toBe('██');
    expect(bar(1, 32, 4)).toBe('▏');
    expect(bar(31, 32, 4)).toBe('███▉');
  });
  test('a bar of nothing or less is empty, any other is visible', () => {
    expect([bar(0, 10, 4), bar(-3, 10, 4), bar(0, 0, 4), bar(Number.NaN, 1, 4)]).toEqual([
      '',
      '',
      '',
      '',
    ]);
    expect(bar(0.001, 1e9, 4)).toBe('▏');
  });
  test('a bar never exceeds its width', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), fc.integer({ min: 1, max: 99 }), (value, most, cells) =>
        expect(bar(value, most, cells).length).toBeLessThanOrEqual(cells),
      ),
    );
  });
});

describe('a chart', () => {
  const columns = [
    { label: 'Who', texts: [...names, 'Total'], align: 'left', flexible: true },
    { label: 'Signed', texts: ['1', '22', '333', '12 500.00 €', '9'], align: 'right' },
    { label: '', bars: [1, 2, 3, 4] },
    { label: 'Paid', texts: ['1 234 567.00 €', '2', '3', '4', '5'], align: 'right' },
    { label: '', bars: [0, 8, 3, 4] },
  ] as const;

  test.each([60, 80, 100, 200])('a chart fits %i cells without cutting an amount', (cells) => {
    const drawing = drawChart(columns, plain, cells);
    expect(widest(drawing)).toBeLessThanOrEqual(cells);
    expect(drawing).toContain('1 234 567.00 €');
    expect(drawing).toContain('12 500.00 €');
  });
  test('a narrow chart drops its bars before its numbers', () => {
    expect(drawChart(columns, plain, 40)).not.toContain('█');
    expect(drawChart(columns, plain, 40)).toContain('1 234 567.00 €');
  });
  test('a chart draws all bars to one scale', () => {
    const two = [
      { label: '', bars: [4] },
      { label: '', bars: [8] },
    ];
    expect(drawChart(two, plain, 14)).toBe('███     ██████\n');
  });
});

describe('a calendar', () => {
  const entry = { id: 1234567, time: '18:30', marks: '*!', style: 'mine' } as const;
  const entriesOf = (day: string) => ({
    entries: names.map((title) => ({
      ...entry,
      title,
      time: day.endsWith('2') ? '' : entry.time,
    })),
    more: '',
  });
  const draw = (cells: number, height = 24) =>
    drawGrid(weeksOf({ year: 2026, month: 11 }), entriesOf, '2026-12-24', plain, {
      width: cells,
      height,
    });

  test.each([60, 80, 100, 200])('a calendar fits %i cells without cutting an id', (cells) => {
    const drawing = draw(cells);
    expect(widest(drawing)).toBeLessThanOrEqual(cells);
    expect(drawing.split('1234567')).toHaveLength(31 * names.length + 1);
  });
  test.each([60, 80, 100, 200])(
    'shows more of the titles on %i cells where there is room',
    (cells) => {
      const [short, long] = [draw(cells), draw(cells, 1000)];
      expect(widest(long)).toBeLessThanOrEqual(cells);
      expect(long.split('1234567')).toHaveLength(31 * names.length + 1);
      const letters = (drawing: string) => drawing.match(/\p{L}/gu)?.length ?? 0;
      expect(letters(long)).toBeGreaterThan(letters(short));
      // As much as fits, and not a line more.
      const height = draw(cells, 1000).split('\n').length;
      expect(draw(cells, height)).toBe(long);
      expect(draw(cells, height - 1).split('\n').length).toBeLessThan(height);
    },
  );
  test('a calendar marks today and events that began earlier', () => {
    expect(draw(80)).toContain('[24]');
    expect(draw(80)).toContain('→ *!');
  });
  test('a calendar has every day of the month once, in weeks from Monday', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1900, max: 2200 }), fc.nat(11), (year, nth) => {
        const weeks = weeksOf({ year, month: nth });
        expect(weeks.flat().filter(Boolean)).toEqual(daysOf({ year, month: nth }));
        for (const week of weeks) {
          expect(week).toHaveLength(7);
          const [weekday, day] = [...week.entries()].find(([, each]) => each !== undefined) ?? [0];
          expect(new Date(`${day}T12:00Z`).getUTCDay()).toBe((weekday + 1) % 7);
        }
      }),
    );
  });
});

test('a month is given by name or relative to this one', () => {
  expect(month('2028-02')).toEqual({ year: 2028, month: 1 });
  expect(daysOf(month('2028-02'))).toHaveLength(29);
  expect(month('+0')).toEqual(thisMonth());
  expect(month('-12')).toEqual({ ...thisMonth(), year: thisMonth().year - 1 });
  expect(() => month('2026-13')).toThrow(
    '“2026-13” is not a month. Write it like 2026-12, or +1 for the next.',
  );
  expect(() => month('December')).toThrow('is not a month');
});

test('a period has a first and a last day, in this order', () => {
  expect(period('2026-01-01..2026-03-31')).toEqual({ first: '2026-01-01', last: '2026-03-31' });
  expect(() => period('2026-01-01')).toThrow(
    'is not a period. Write it like 2026-12-01..2026-12-31.',
  );
  expect(() => period('2026-01-01..2026-02-01..2026-03-01')).toThrow('is not a period');
  expect(() => period('2026-03-31..2026-01-01')).toThrow('ends before it begins');
  expect(() => period('2026-01-01..never')).toThrow('“never” is not a date');
});

describe('the double-booked events', () => {
  const booking = (
    id: number,
    who: number | null,
    from: number,
    to: number,
    status = 'planned',
  ) => ({
    id,
    supportContactId: who,
    startDate: new Date(from * 1000).toISOString(),
    endDate: new Date(to * 1000).toISOString(),
    status,
  });
  const idsOf = (events: ReturnType<typeof booking>[]) =>
    clashes(events).map((pair) => pair.map(({ id }) => id));

  test('events that overlap for one support contact are double-booked', () => {
    expect(idsOf([booking(2, 7, 15, 25), booking(1, 7, 10, 20)])).toEqual([[1, 2]]);
    expect(idsOf([booking(1, 7, 10, 20), booking(2, 7, 20, 30)])).toEqual([]);
    expect(idsOf([booking(1, 7, 10, 20), booking(2, 8, 10, 20)])).toEqual([]);
    expect(idsOf([booking(1, null, 10, 20), booking(2, null, 10, 20)])).toEqual([]);
    expect(idsOf([booking(1, 7, 10, 20, 'cancelled'), booking(2, 7, 10, 20)])).toEqual([]);
  });
  test('every pair of overlapping events is double-booked, and no other', () => {
    const some = fc.array(fc.tuple(fc.nat(2), fc.nat(30), fc.integer({ min: 1, max: 9 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(some, (drawn) => {
        const events = drawn.map(([who, from, long], id) => booking(id, who, from, from + long));
        const overlapping = events.flatMap((one, nth) =>
          events
            .slice(nth + 1)
            .filter(
              (other) =>
                one.supportContactId === other.supportContactId &&
                one.startDate < other.endDate &&
                other.startDate < one.endDate,
            )
            .map((other) => [one.id, other.id].toSorted((a, b) => a - b).join()),
        );
        const found = idsOf(events).map((pair) => pair.toSorted((a, b) => a - b).join());
        expect(found.toSorted()).toEqual(overlapping.toSorted());
      }),
    );
  });
});

test('amounts are added to the cent, however large', () => {
  const { columns } = section({
    key: 'k',
    title: 'T',
    ifEmpty: '',
    rows: ['9007199254740993.01', '0.09', '-0.20', '5'],
    columns: [{ key: 'a', label: 'A', kind: 'money', role: 'measure', value: (row) => row }],
  });
  const digits = (text: string | undefined) => text?.replace(/\D/g, '');
  expect(columns.map(total).map(digits)).toEqual(['900719925474099790']);
});

test('names in a page are escaped for HTML and terminals', () => {
  expect(escapeHtml(`<a href="x" id='y'>&\u001b[31m\u202e`)).toBe(
    '&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;␛[31m�',
  );
});

test('the rows of a day fit a terminal of 60 columns', () => {
  const left = { label: '', align: 'left' } as const;
  const right = { label: '', align: 'right' } as const;
  const drawn = drawChart(
    [
      { ...right, texts: ['11'] },
      { ...left, texts: ['Moulins Lubéron'], flexible: true },
      { ...right, texts: ['31 090.00 €'] },
      { ...left, texts: ['overdue, signed 9 months ago'] },
    ],
    plain,
    58,
  );
  expect(widest(drawn)).toBeLessThanOrEqual(58);
  expect(drawn).toContain('31 090.00 €');
});
