import type { Forms } from './format.ts';

/** `fr_FR.UTF-8` as `fr-FR`; undefined for what names no language (C, POSIX) and what this Node does not know. */
function languageOf(name: string | undefined): string | undefined {
  const tag = name?.replace(/[.@].*$/, '').replaceAll('_', '-');
  if (!tag || /^(C|POSIX)$/.test(tag)) return undefined;
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag)[0];
  } catch {
    return undefined;
  }
}

// Languages put a narrow space between thousands, which terminals draw as they like.
const evenSpaces = (text: string) => text.replaceAll('\u202f', '\u00a0');

/** How money and times are written where somebody lives, by LC_ALL, LC_MONETARY, LC_TIME and LANG. */
export function formsFor(env: NodeJS.ProcessEnv): Partial<Forms> {
  const chosen = (category: string) => languageOf(env.LC_ALL || env[category] || env.LANG);
  const forms: Partial<Forms> = {};
  const forMoney = chosen('LC_MONETARY');
  if (forMoney) {
    const euros = new Intl.NumberFormat(forMoney, { style: 'currency', currency: 'EUR' });
    // As a text, the amount is formatted digit by digit; a number would round it.
    forms.money = (amount) => evenSpaces(euros.format(amount as `${number}`));
  }
  const forTime = chosen('LC_TIME');
  if (forTime) {
    const day = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
    const days = new Intl.DateTimeFormat(forTime, { ...day, timeZone: 'UTC' });
    const times = new Intl.DateTimeFormat(forTime, { ...day, hour: '2-digit', minute: '2-digit' });
    forms.date = (date) => evenSpaces(days.format(new Date(`${date}T00:00Z`)));
    forms.time = (instant) => evenSpaces(times.format(instant));
  }
  return forms;
}
