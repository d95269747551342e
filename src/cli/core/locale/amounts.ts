import { evenSpaces } from './text.ts';

/** What a typed amount is: a decimal, such as `12500.50`, or what is wrong with it. */
export type ReadAmount = { amount: string } | { problem: 'none' | 'large' } | Ambiguous;

/** `1,234` where the comma is not known to separate thousands. */
interface Ambiguous {
  problem: 'ambiguous';
  /** Both readings: `1234` and `1.23`. */
  readings: readonly [string, string];
}

/** How amounts in euros are written and read. */
export interface AmountForm {
  /** `12500.5` as `12 500,50 €`. */
  write(amount: string): string;
  /** A number without decimals: `2 143`. */
  count(number: number): string;
  /** The same beside amounts, with their separators: in a table, on an axis. */
  figure(number: number): string;
  /** Understands what `write` gives, and every other form that can only mean one amount. */
  read(typed: string): ReadAmount;
}

const mostDigits = 10;

/** A group is separated by a space, an apostrophe, a point or a comma, the same throughout; two digits as in India. */
const grouped = /^(\d{1,3})(?:([ '\u2019.,])(?:\d{2,3}\2)*\d{3})$/;

/** The digits of a typed amount; `group` separates thousands in this locale. */
function readAmount(typed: string, group: string | undefined): ReadAmount {
  const text = evenSpaces(typed, ' ').replace(/[\u2212\u2011]/g, '-');
  const [match, before = '', after = '', number = ''] =
    /^ *(-?) *(?:(?:\u20ac|EUR) *)?(-?) *(\d[\d '\u2019.,]*?) *(?:\u20ac|EUR)? *$/i.exec(text) ??
    [];
  if (match === undefined || (before && after)) return { problem: 'none' };
  const sign = before || after;
  const amountOf = (whole: string, decimals: string): ReadAmount => {
    const digits = whole.replace(/\D/g, '').replace(/^0+(?=\d)/, '');
    if (digits.length > mostDigits) return { problem: 'large' };
    return { amount: `${sign}${digits}.${decimals.padEnd(2, '0')}` };
  };

  const [, whole = number, decimals = ''] = /^(.+?)[.,](\d{1,2})$/.exec(number) ?? [];
  if (/^\d+$/.test(whole)) return amountOf(whole, decimals);
  const separator = grouped.exec(whole)?.[2];
  const decimalSign = decimals ? number.at(-decimals.length - 1) : undefined;
  if (separator === undefined || separator === decimalSign) return { problem: 'none' };
  const [, one = '', rest = ''] = /^([1-9]\d{0,2})[.,](\d{3})$/.exec(number) ?? [];
  if (one && separator !== group) {
    return {
      problem: 'ambiguous',
      readings: [`${sign}${one}${rest}`, `${sign}${one}.${rest.slice(0, 2)}`],
    };
  }
  return amountOf(whole, decimals);
}

const spaced = (whole: string) => whole.replace(/\B(?=(\d{3})+$)/g, ' ');

/** Amounts without a locale: `12 500.50 €`. */
export const neutralAmounts: AmountForm = {
  write(amount) {
    const [, sign = '', whole = '0', cents = ''] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(amount) ?? [];
    return `${sign}${spaced(whole)}.${cents.padEnd(2, '0')} €`;
  },
  count: (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ','),
  figure: (number) => spaced(String(number)),
  read: (typed) => readAmount(typed, undefined),
};

/** Amounts as in a language: `fr-FR`. Its own digits would not be read by other programs. */
export function amountForm(language: string): AmountForm {
  const tag = `${language}-u-nu-latn`;
  const euros = new Intl.NumberFormat(tag, { style: 'currency', currency: 'EUR' });
  let numbers: Intl.NumberFormat | undefined;
  const group = () =>
    euros.formatToParts('1234567').find(({ type }) => type === 'group')?.value ?? undefined;
  const count = (number: number) => {
    numbers ??= new Intl.NumberFormat(tag);
    return evenSpaces(numbers.format(number), '\u00a0');
  };
  return {
    // As a text, the amount is formatted digit by digit; a number would round it.
    write: (amount) => evenSpaces(euros.format(amount as `${number}`), '\u00a0'),
    count,
    figure: count,
    read: (typed) => readAmount(typed, group()),
  };
}
