import { spawnSync } from 'node:child_process';
import { asTyped, date } from '../../src/cli/core/args/dates.ts';
import { money } from '../../src/cli/core/args/parsers.ts';
import { useLocale } from '../../src/cli/core/locale/locale.ts';
import type { Question } from '../support/moments.ts';

const locales = [
  ...[
    'C',
    'fr_FR',
    'fr_CA',
    'fr_CH',
    'de_DE',
    'de_CH',
    'en_US',
    'en_GB',
    'en_IN',
    'en_CA',
    'es_ES',
  ],
  ...['it_IT', 'pt_PT', 'pl_PL', 'nl_NL', 'sv_SE', 'da_DK', 'fi_FI', 'hu_HU', 'bg_BG', 'sr_RS'],
  ...['tr_TR', 'el_GR', 'ru_RU', 'ar_EG', 'fa_IR', 'he_IL', 'hi_IN', 'th_TH', 'ja_JP', 'ko_KR'],
  ...['zh_CN', 'zh_TW', 'vi_VN', 'eu_ES', 'am_ET'],
];

/** In UTC: the month, from 0, and the day. */
const clockChanges: Record<string, readonly (readonly [number, number])[]> = {
  'Europe/Paris': [
    [2, 29],
    [9, 25],
  ],
  'America/New_York': [
    [2, 8],
    [10, 1],
  ],
  'Australia/Lord_Howe': [
    [3, 4],
    [9, 3],
  ],
};

const inLocale = (name: string) => useLocale({ locale: () => name }, true);

/** Numbers below `limit` that are the same in every run. */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

afterEach(() => useLocale({ locale: () => undefined }, false));

const script = new URL('../support/moments.ts', import.meta.url).pathname;

async function ask(questions: Question[]): Promise<{ read: string[]; wrong: string[] }[]> {
  const { stdout, stderr } = spawnSync(process.execPath, [script], {
    input: JSON.stringify(questions),
    encoding: 'utf8',
    env: { TZ: 'America/New_York' },
    maxBuffer: 1e8,
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

describe.each(locales)('in the locale %s', (name) => {
  test('every amount that is written is read as the same amount', () => {
    inLocale(name);
    const below = numbers(7);
    const amounts = Array.from({ length: 500 }, () => {
      const whole = below(10 ** (1 + below(10)));
      return `${below(4) === 0 ? '-' : ''}${whole}.${String(below(100)).padStart(2, '0')}`;
    });
    expect(amounts.map((amount) => money(asTyped('money', amount)))).toEqual(amounts);
  });

  test('every date that is written is read as the same date', () => {
    inLocale(name);
    const below = numbers(11);
    const days = Array.from({ length: 500 }, () =>
      new Date(Date.UTC(1990 + below(80), below(12), 1 + below(31))).toISOString().slice(0, 10),
    );
    expect(days.map((day) => date(asTyped('date', day)))).toEqual(days);
  });
});

test.each(['Europe/Paris', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'])(
  'every moment that is written in %s is read as the same moment, in every locale',
  async (zone) => {
    const below = numbers(13);
    const moments = Array.from({ length: 20 }, () =>
      Date.UTC(2020 + below(20), below(12), 1 + below(28), below(24), below(60)),
    );
    // every half hour of the nights in which clocks change
    for (const [month, day] of clockChanges[zone] ?? []) {
      for (let half = -24; half < 24; half += 1) {
        moments.push(Date.UTC(2026, month, day) + half * 1_800_000);
      }
    }
    const answers = await ask(locales.map((locale) => ({ locale, zone, moments })));
    expect(answers.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  },
);

test.each([
  ['fr_FR', '30/11/2026', '2026-11-30'],
  ['fr_FR', '3/4/2026', '2026-04-03'],
  ['fr_FR', '30.11.2026', '2026-11-30'],
  ['fr_FR', '2026-11-30', '2026-11-30'],
  ['en_US', '03/04/2026', '2026-03-04'],
  ['en_GB', '03/04/2026', '2026-04-03'],
  ['de_DE', '30.11.2026', '2026-11-30'],
  ['C', '30/11/2026', '2026-11-30'],
  ['C', '11/30/2026', '2026-11-30'],
  ['C', '2026/11/30', '2026-11-30'],
])('in the locale %s the date %s is %s', (locale, typed, day) => {
  inLocale(locale);
  expect(date(typed)).toBe(day);
});

test.each([
  ['C', '03/04/2026', '“03/04/2026” can be read in two ways. Write 2026-04-03 or 2026-03-04.'],
  ['fr_FR', '11/30/2026', '“11/30/2026” has no month 30. Write it like 31/12/2026, today or +7d.'],
  ['fr_FR', '30/11/26', '“30/11/26” has a year of two digits. Write all four, like 31/12/2026.'],
  ['en_US', '02/30/2026', '“02/30/2026” is not a date. Write it like 12/31/2026, today or +7d.'],
  ['fr_FR', 'soon', '“soon” is not a date. Write it like 31/12/2026, today or +7d.'],
  ['C', 'Mon 2026-12-01', '“Mon 2026-12-01” is not a date: that day is a Tuesday.'],
])('in the locale %s the date “%s” is refused', (locale, typed, message) => {
  inLocale(locale);
  expect(() => date(typed)).toThrow(message);
});

test.each([
  ['fr_FR', '12 500,50 €', '12500.50'],
  ['fr_FR', '12.500,50', '12500.50'],
  ['de_DE', '12.500,50', '12500.50'],
  ['de_DE', '1.234', '1234.00'],
  ['en_US', '1,234.50', '1234.50'],
  ['en_US', '1,234', '1234.00'],
  ['en_US', '-€1,234.50', '-1234.50'],
  ['en_US', '1,5', '1.50'],
  ['C', '12 500.50 €', '12500.50'],
  ['C', '12.500,50', '12500.50'],
  ['C', '1.234.567', '1234567.00'],
  ['de_CH', '1’234.50', '1234.50'],
  ['en_IN', '12,34,567.50', '1234567.50'],
  ['nl_NL', 'EUR -1.234,50', '-1234.50'],
])('in the locale %s the amount “%s” is %s', (locale, typed, amount) => {
  inLocale(locale);
  expect(money(typed)).toBe(amount);
});

test.each([
  ['C', '1,234', '“1,234” can be read in two ways. Write 1234 or 1.23.'],
  ['fr_FR', '1,234', '“1,234” can be read in two ways. Write 1234 or 1.23.'],
  ['en_US', '-1.234', '“-1.234” can be read in two ways. Write -1234 or -1.23.'],
  ['fr_FR', '12.50.00', '“12.50.00” is not an amount. Write it like 1\u00a0250,50\u00a0€.'],
  ['en_US', '1,2345', '“1,2345” is not an amount. Write it like €1,250.50.'],
  ['C', '1.234.50', '“1.234.50” is not an amount. Write it like 1 250.50 €.'],
  ['C', '--5', '“--5” is not an amount.'],
  ['C', '12345678901', '“12345678901” is too large'],
])('in the locale %s the amount “%s” is refused', (locale, typed, message) => {
  inLocale(locale);
  expect(() => money(typed)).toThrow(message);
});

test('a weekday is the next one of that name, and no day is guessed on that day itself', () => {
  const names = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
  const now = new Date();
  for (const [nth, name] of names.entries()) {
    if (nth === now.getDay()) {
      expect(() => date(name)).toThrow(`“${name}” is today. Write today, +7d or -7d.`);
      continue;
    }
    const found = new Date(`${date(name)}T12:00`);
    expect(found.getDay()).toBe(nth);
    expect(found.getTime() - now.getTime()).toBeLessThan(7.5 * 24 * 3_600_000);
    expect(found > now).toBe(true);
  }
  expect(date('+2w')).toBe(date('+14d'));
});

test.each([
  ['fr_FR', '30/11/2026 18:30'],
  ['fr_FR', '30/11/2026 18h30'],
  ['fr_CA', '2026-11-30 18 h 30'],
  ['en_US', '11/30/2026, 06:30 PM'],
  ['en_US', '11/30/2026 6:30pm'],
  ['en_US', '2026-11-30 18:30'],
  ['C', 'Mon 2026-11-30 18:30'],
  ['C', '2026-11-30T18:30'],
  ['C', '2026-11-30 17:30Z'],
  ['fr_FR', '30/11/2026 18:30 +01:00'],
])('in the locale %s the time “%s” is read in the zone of times', async (locale, typed) => {
  const [answer] = await ask([{ locale, zone: 'Europe/Paris', typed: [typed] }]);
  expect(answer?.read).toEqual(['2026-11-30T17:30:00.000Z']);
});

test('an hour that the clocks show twice is refused, and says how to write each', async () => {
  const typed = ['2026-10-25 02:30', '2026-10-25 02:30+01:00', '2026-10-25 02:30+02:00'];
  const [answer] = await ask([{ locale: 'C', zone: 'Europe/Paris', typed }]);
  expect(answer?.read).toEqual([
    '“2026-10-25 02:30” comes twice: the clocks go back then. Write 2026-10-25 02:30+02:00 or 2026-10-25 02:30+01:00.',
    '2026-10-25T01:30:00.000Z',
    '2026-10-25T00:30:00.000Z',
  ]);
});
