import { CommandLine } from '../../src/cli/core/args/command-line.ts';
import {
  between,
  date,
  dateTime,
  fromMoment,
  since,
  toMoment,
} from '../../src/cli/core/args/dates.ts';
import { optional, toggle } from '../../src/cli/core/args/flag.ts';
import {
  email,
  id,
  line,
  money,
  oneOf,
  orNothing,
  phone,
  wholeNumber,
} from '../../src/cli/core/args/parsers.ts';
import { parseArgv } from '../../src/cli/core/command/shared-flags.ts';
import { shellQuote } from '../../src/cli/core/text/words.ts';

test('an id is a whole number that PostgreSQL can hold', () => {
  expect(id('12')).toBe(12);
  expect(id('2147483647')).toBe(2_147_483_647);
  for (const wrong of ['0', '-1', '1.5', '1e3', '0x1f', '2147483648', '', ' 1']) {
    expect(() => id(wrong)).toThrow('is not an id');
  }
});

test('an amount is read exactly in every usual notation', () => {
  expect(money('1250')).toBe('1250.00');
  expect(money('1250,5')).toBe('1250.50');
  expect(money('12 500.00 €')).toBe('12500.00');
  expect(money('1\u202f234\u00a0567,89 €')).toBe('1234567.89');
  expect(money('1,250.50')).toBe('1250.50');
  expect(money('-0.10')).toBe('-0.10');
  expect(money('9999999999.99')).toBe('9999999999.99');
  expect(money('007')).toBe('7.00');
  for (const wrong of ['NaN', 'Infinity', '1e5', '1 25', '', '€', '1-', '١٢']) {
    expect(() => money(wrong)).toThrow('is not an amount');
  }
  expect(() => money('1.234')).toThrow('can be read in two ways. Write 1234 or 1.23.');
  expect(() => money('12345678901')).toThrow('too large');
});

test('a date is a calendar day', () => {
  expect(date('2026-12-01')).toBe('2026-12-01');
  expect(date('today')).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(date('+0d')).toBe(date('today'));
  expect([date('yesterday'), date('Tomorrow')]).toEqual([date('-1d'), date('+1d')]);
  expect(Date.parse(date('+7d')) - Date.parse(date('today'))).toBe(7 * 86_400_000);
  for (const wrong of ['2026-02-29', '+7', 'soon', '']) {
    expect(() => date(wrong)).toThrow('is not a date');
  }
  expect(() => date('2026-13-01')).toThrow('has no month 13');
  expect(() => date('26-12-01')).toThrow('has a year of two digits. Write all four');
  expect(() => date('01/12/2026')).toThrow('in two ways. Write 2026-12-01 or 2026-01-12.');
});

test('a time without a zone is local, and is sent with its offset', () => {
  expect(dateTime('2026-12-01 18:30')).toMatch(/^2026-12-01T18:30:00[+-]\d\d:\d\d$/);
  expect(new Date(dateTime('2026-07-01T18:30'))).toEqual(new Date(2026, 6, 1, 18, 30));
  expect(dateTime('2026-12-01T18:30:15Z')).toBe('2026-12-01T18:30:15Z');
  expect(dateTime('2026-12-01T18:30-05:00')).toBe('2026-12-01T18:30:00-05:00');
  expect(dateTime('+1d 09:00')).toMatch(/T09:00:00[+-]\d\d:\d\d$/);
  for (const wrong of ['2026-12-01', '18:30', '2026-12-01 24:00', 'now']) {
    expect(() => dateTime(wrong)).toThrow('is not a date');
  }
});

test('a period includes both its days', () => {
  expect(new Date(fromMoment('2026-12-01'))).toEqual(new Date(2026, 11, 1));
  expect(new Date(toMoment('2026-12-31'))).toEqual(new Date(2027, 0, 1));
  expect(new Date(toMoment('2026-12-31 18:00'))).toEqual(new Date(2026, 11, 31, 18));
});

test('e-mail addresses, telephone numbers and enum values are validated', () => {
  expect(email(' ana@dupont.example ')).toBe('ana@dupont.example');
  for (const wrong of ['ana', 'ana@dupont', '@x.fr', 'a b@x.fr']) {
    expect(() => email(wrong)).toThrow('is not an e-mail address');
  }
  expect(phone('+33 (0)6-12.34')).toBe('+33 (0)6-12.34');
  expect(() => phone('call me')).toThrow('is not a telephone number');
  expect(orNothing(phone)(' ')).toBeNull();
  expect(oneOf('draft', 'signed')('Signed')).toBe('signed');
  expect(() => oneOf('draft', 'signed')('lost')).toThrow('is not one of draft, signed');
  expect(line(5)('🎉🎉🎉🎉🎉')).toBe('🎉🎉🎉🎉🎉');
  expect(() => line(5)('123456')).toThrow('6 characters, at most 5');
  expect(() => line(5)('a\0b')).toThrow('NUL');
});

test('a printed command line can be pasted into a shell', () => {
  expect(shellQuote(['epic', 'list', '--search', "d'Or & Cie", ''])).toBe(
    String.raw`epic list --search 'd'\''Or & Cie' ''`,
  );
});

const limit = optional('--limit <n>', '', wholeNumber(1, 100));
const all = toggle('-a, --all', '');
const ics = optional('--ics [file]', '', line(100));

test('a command line is tokenized once: words, flags with their values, and what is unknown', () => {
  const typed = ['list', '--limit', '5', '-a', 'x', '--ics', '--nope', '-5', '--', '--limit'];
  const commandLine = new CommandLine(typed, [limit, all, ics]);
  expect(commandLine.words).toEqual(['list', 'x', '-5', '--limit']);
  expect([...commandLine.flags]).toEqual([
    ['--limit', '5'],
    ['--all', true],
    ['--ics', ''],
    ['--nope', true],
  ]);
  expect(commandLine.unknown).toEqual(['--nope']);
  expect(commandLine.isTerminated).toBe(true);
  expect(new CommandLine(['--all=1'], [all]).unknown).toEqual(['--all=1']);
  expect(new CommandLine(['--all', '--limit'], [limit, all]).pending).toBe(limit);
});

test('a command line is changed without touching the values of other flags', () => {
  const typed = parseArgv([
    'list',
    '--after',
    'x',
    '--limit=--after',
    '--after=y',
    '--',
    '--after',
  ]);
  const commandLine = typed.knowing([optional('--after <cursor>', '', line(100)), limit]);
  expect(String(commandLine.without('--after').plus('--after', 'z'))).toBe(
    'epic list --limit=--after --after z -- --after',
  );
  expect(commandLine.withoutWords().argv).toEqual([
    '--after',
    'x',
    '--limit=--after',
    '--after=y',
    '--',
  ]);
});

test('a period may leave out one of its ends', () => {
  const days = between(date, date);
  expect(days('2026-12-01..2026-12-31')).toEqual({ from: '2026-12-01', to: '2026-12-31' });
  expect(days('2026-12-01 .. 2026-12-01')).toEqual({ from: '2026-12-01', to: '2026-12-01' });
  expect(days('2026-12-01..')).toEqual({ from: '2026-12-01', to: undefined });
  expect(days('..today')).toEqual({ from: undefined, to: date('today') });
  expect(days('-30d..+7d')).toEqual({ from: date('-30d'), to: date('+7d') });
  for (const wrong of ['', '..', '2026-12-01', '1..2..3']) {
    expect(() => days(wrong)).toThrow(/is not a (period|date)/);
  }
  expect(() => days('2026-12-02..2026-12-01')).toThrow('ends before it begins');

  const moments = between(fromMoment, toMoment);
  expect(moments('today..today')).toEqual({ from: fromMoment('today'), to: toMoment('today') });
  expect(() => moments('2026-12-01 10:00..2026-12-01 09:00')).toThrow('ends before it begins');
});

test('an age is converted to the day it began', () => {
  expect(since('30d')).toBe(fromMoment('-30d'));
  expect(since('-30d')).toBe(fromMoment('-30d'));
  expect(since('2026-12-01')).toBe(fromMoment('2026-12-01'));
  expect(() => since('30')).toThrow('is not a date');
});
