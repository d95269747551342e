import { normaliseExpression } from '../../src/server/dba/diff/normalise.ts';

test.each([
  ['((a AND b) AND c)', '(a AND b AND c)'],
  ['((a = 1) OR ((b = 2) OR (c = 3)))', '((a = 1) OR (b = 2) OR (c = 3))'],
  [
    "RETURN (((length(v) >= 1) AND (length(v) <= 9)) AND (v !~ '[)(]'::text))",
    "RETURN ((length(v) >= 1) AND (length(v) <= 9) AND (v !~ '[)(]'::text))",
  ],
  ['CASE WHEN ((a AND b) AND c) THEN 1 END', 'CASE WHEN (a AND b AND c) THEN 1 END'],
])('%s is what a restored dump has as %s', (before, after) => {
  expect(normaliseExpression(before)).toBe(after);
  expect(normaliseExpression(after)).toBe(after);
});

test.each([
  ['another operator', '((a OR b) AND c)', '(a OR b AND c)'],
  ['a negation', '((NOT (a AND b)) AND c)', '(NOT a AND b AND c)'],
  ['an argument', '(f((a AND b)) AND c)', '(f(a AND b) AND c)'],
  ['a string', "((a = '(b AND c) AND d') AND e)", "((a = 'b AND c AND d') AND e)"],
  ['a quoted name', '("(a AND b) AND c" AND d)', '("a AND b AND c" AND d)'],
  ['more after the parenthesis', '((a AND b) IS TRUE AND c)', '(a AND b IS TRUE AND c)'],
])('parentheses of %s stay', (_, one, other) => {
  expect(normaliseExpression(one)).toBe(one);
  expect(normaliseExpression(one)).not.toBe(normaliseExpression(other));
});
