import { Invalid } from '../../core/args/parser.ts';
import { wholeNumber } from '../../core/args/parsers.ts';
import { languageOf } from '../../core/locale/locale.ts';
import { knownZone } from '../../core/locale/zone.ts';
import { serverAddress } from '../../core/session/session.ts';
import { missingProgram } from '../../core/settings/program.ts';
import { largestLimit, type SettingKey } from '../../core/settings/settings.ts';

/** A command line whose program exists: a setting that fails when it is used is worse than none. */
function commandLine(typed: string, env: NodeJS.ProcessEnv): string {
  const missing = missingProgram(typed, env);
  if (missing === undefined) return typed;
  throw new Invalid(`there is no program “${missing}” that could be run.`);
}

/** The value to store for a setting. Throws an `Invalid` that says how to write it. */
export function valueFor(key: SettingKey, typed: string, env: NodeJS.ProcessEnv): string {
  const text = typed.trim();
  if (text === '' || /\p{Cc}/u.test(text)) {
    throw new Invalid('it cannot be empty, nor have several lines.');
  }
  const checks: Record<SettingKey, () => string> = {
    server: () => serverAddress({ flag: undefined, set: { value: text }, remembered: null }),
    locale() {
      if (/^(C|POSIX)$/.test(text) || languageOf(text)) return text;
      throw new Invalid(
        `“${text}” is not a locale. Write it like fr_FR or en_GB, or C for 2026-12-01.`,
      );
    },
    'time-zone'() {
      const zone = text === 'local' ? text : knownZone(text);
      if (zone) return zone;
      throw new Invalid(
        `“${text}” is not a time zone. Write it like Europe/Paris or UTC, or local for that of this machine.`,
      );
    },
    pager: () => commandLine(text, env),
    editor: () => commandLine(text, env),
    limit: () => String(wholeNumber(1, largestLimit)(text)),
  };
  return checks[key]();
}

const known: Partial<Record<string, () => readonly string[]>> = {
  locale: () => ['C', 'de_DE', 'en_GB', 'en_US', 'es_ES', 'fr_FR', 'it_IT'],
  'time-zone': () => ['local', 'UTC', ...Intl.supportedValuesOf('timeZone')],
  pager: () => ['less', 'more', 'most', 'cat'],
  editor: () => ['vi', 'vim', 'nano', 'emacs', 'micro'],
  limit: () => ['20', '50', '100', '500'],
};

/** Values of a setting that completion offers; of programs, those that are here. */
export function valuesToOffer(key: string | undefined, env: NodeJS.ProcessEnv): readonly string[] {
  const values = known[key ?? '']?.() ?? [];
  return key === 'pager' || key === 'editor'
    ? values.filter((each) => missingProgram(each, env) === undefined)
    : values;
}
