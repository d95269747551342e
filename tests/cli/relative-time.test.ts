import { drawTimeline } from '../../src/cli/core/output/feed.ts';
import { ago } from '../../src/cli/core/output/format.ts';
import { createPaint } from '../../src/cli/core/output/paint.ts';

const now = new Date(2026, 10, 23, 9, 0);
const since = (...then: [number, number, number, number?, number?]) =>
  ago(new Date(...then).toISOString(), now);

test('a relative time is written in words', () => {
  expect(ago(new Date(now.getTime() - 59_000).toISOString(), now)).toBe('just now');
  expect(since(2026, 10, 23, 8, 59)).toBe('1 minute ago');
  expect(since(2026, 10, 23, 8, 1)).toBe('59 minutes ago');
  expect(since(2026, 10, 23, 7, 0)).toBe('2 hours ago');
  expect(since(2026, 10, 23, 0, 5)).toBe('8 hours ago');
});

test('a relative day counts calendar days', () => {
  expect(since(2026, 10, 22, 23, 50)).toBe('yesterday');
  expect(since(2026, 10, 22, 0, 5)).toBe('yesterday');
  expect(since(2026, 10, 20, 23, 0)).toBe('3 days ago');
  expect(since(2026, 10, 10, 12, 0)).toBe('13 days ago');
  expect(ago(new Date(2026, 10, 22, 23, 58).toISOString(), new Date(2026, 10, 23, 0, 1))).toBe(
    '3 minutes ago',
  );
});

test('an earlier relative time counts weeks, months and years', () => {
  expect(since(2026, 10, 2)).toBe('3 weeks ago');
  expect(since(2026, 7, 23)).toBe('3 months ago');
  expect(since(2025, 5, 1)).toBe('17 months ago');
  expect(since(2024, 0, 1)).toBe('2 years ago');
});

test('a time in the near future, by a slow clock, is written as now', () => {
  expect(ago(new Date(now.getTime() + 90_000).toISOString(), now)).toBe('just now');
});

test('a timeline aligns its times, and never breaks an amount or a moment', () => {
  const moments = [
    {
      when: 'yesterday',
      text: 'Emma Roux changed the total from 1 200.00 € to 1 500.00 € and signed the contract.',
    },
    { when: '13 months ago', text: 'Alice Martin created the event: “Gala”, 2026-12-01 18:30.' },
  ];
  expect(drawTimeline(moments, createPaint(false), 50)).toBe(
    `yesterday       Emma Roux changed the total from
                1 200.00 € to 1 500.00 € and
                signed the contract.
13 months ago   Alice Martin created the event:
                “Gala”, 2026-12-01 18:30.
`,
  );
});
