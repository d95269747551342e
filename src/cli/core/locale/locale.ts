import { type AmountForm, amountForm, neutralAmounts } from './amounts.ts';
import { type DateForm, dateForm, neutralDates } from './dates.ts';

/** `fr_FR.UTF-8` as `fr-FR`; undefined for what names no language (C, POSIX) and what this Node does not know. */
export function languageOf(name: string | undefined): string | undefined {
  const tag = name?.replace(/[.@].*$/, '').replaceAll('_', '-');
  if (!tag || /^(C|POSIX)$/.test(tag)) return undefined;
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag)[0];
  } catch {
    return undefined;
  }
}

/** How amounts and dates are written and read, in a locale or in none. */
export interface Forms {
  readonly amounts: AmountForm;
  readonly dates: DateForm;
}

const neutral: Forms = { amounts: neutralAmounts, dates: neutralDates };

/** The forms of these locales of POSIX, each made when it is needed: what they take from Node takes long to load. */
function formsOf(locale: (category: 'LC_MONETARY' | 'LC_TIME') => string | undefined): Forms {
  let amounts: AmountForm | undefined;
  let dates: DateForm | undefined;
  return {
    get amounts() {
      const language = amounts ? undefined : languageOf(locale('LC_MONETARY'));
      amounts ??= language ? amountForm(language) : neutralAmounts;
      return amounts;
    },
    get dates() {
      const language = dates ? undefined : languageOf(locale('LC_TIME'));
      dates ??= language ? dateForm(language) : neutralDates;
      return dates;
    },
  };
}

let reading = neutral;
let writing = neutral;

/** The forms in which people type. */
export const typed = (): Forms => reading;

/** The forms in which people read. */
export const shown = (): Forms => writing;

/**
 * From now on amounts and dates are read as in this locale; and written so where a person reads them. What has no
 * locale is written as `12 500.50 €` and `2026-12-01 18:30`, which is read in every locale.
 */
export function useLocale(
  settings: { locale(category: 'LC_MONETARY' | 'LC_TIME'): string | undefined },
  isForPeople: boolean,
): void {
  reading = formsOf(settings.locale);
  writing = isForPeople ? reading : neutral;
}

/** From now on amounts and dates are written for a person: in a page, whose format says nothing about stdout. */
export function writeForPeople(): void {
  writing = reading;
}
