import { isObject } from '../../../client/is-object.ts';
import { privateFile } from './private-file.ts';

/** What a person may set, in the order of `epic config list`. */
export const settingKeys = ['server', 'locale', 'time-zone', 'pager', 'editor', 'limit'] as const;

export type SettingKey = (typeof settingKeys)[number];

/** Where a value comes from: a variable of the environment, or the file of `epic config`. */
export interface Found {
  value: string;
  variable?: string;
}

/** Variables that are not for `epic` alone: they count after the file. */
const sharedVariables: Partial<Record<SettingKey, readonly string[]>> = {
  locale: ['LC_ALL', 'LC_TIME', 'LC_MONETARY', 'LANG'],
  pager: ['PAGER'],
  editor: ['VISUAL', 'EDITOR'],
};

/** The variable for `epic` alone, which comes before the file: `EPIC_TIME_ZONE`. */
export const variableOf = (key: SettingKey) => `EPIC_${key.toUpperCase().replace('-', '_')}`;

/** The settings of a person: `EPIC_…` variables, then `epic config`, then variables such as PAGER and LANG. */
export interface Settings {
  /** What is set, and where; undefined where nothing is. */
  find(key: SettingKey): Found | undefined;
  /** The program that shows long output, a command line of the shell; undefined for none. */
  readonly pager: string | undefined;
  /** The program that texts are written with, a command line of the shell. */
  readonly editor: string;
  /** The rows of a list without --limit, where that is set. */
  readonly limit: number | undefined;
  /** The locale of a category of POSIX: `fr_FR.UTF-8`. */
  locale(category: 'LC_TIME' | 'LC_MONETARY'): string | undefined;
  /** Sets a key in the file, or takes it out. */
  write(key: SettingKey, value: string | undefined): void;
  /** Where the file is. */
  readonly path: string;
}

/** What counts where nothing is set. */
export const standard = { pager: 'less', editor: 'vi', limit: 50 } as const;

/** The largest page of a list. */
export const largestLimit = 1000;

/** What the file says; of a damaged one, what can be read. */
function storedIn(text: string | undefined): Partial<Record<SettingKey, string>> {
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    if (!isObject(parsed)) return {};
    const known = settingKeys.filter((key) => typeof parsed[key] === 'string');
    return Object.fromEntries(known.map((key) => [key, String(parsed[key])]));
  } catch {
    return {};
  }
}

/** The settings of this environment. The file is read when something is asked for. */
export function createSettings(env: NodeJS.ProcessEnv): Settings {
  const file = privateFile(env, 'config.json', 'file of settings');
  let read: ReturnType<typeof storedIn> | undefined;
  const stored = () => {
    read ??= storedIn(file.read());
    return read;
  };

  /** An empty variable is none, but for the pager: there it is “no pager”. */
  const set = (key: SettingKey, variable: string): Found | undefined => {
    const value = env[variable]?.trim();
    return value || (value === '' && key === 'pager') ? { value, variable } : undefined;
  };

  function find(key: SettingKey): Found | undefined {
    const own = set(key, variableOf(key));
    if (own) return own;
    const value = stored()[key];
    if (value !== undefined) return { value };
    for (const variable of sharedVariables[key] ?? []) {
      const found = set(key, variable);
      if (found) return found;
    }
    return undefined;
  }

  return {
    find,
    path: file.path,
    get pager() {
      const { value } = find('pager') ?? { value: standard.pager };
      return value === '' || value === 'cat' ? undefined : value;
    },
    get editor() {
      return find('editor')?.value ?? standard.editor;
    },
    get limit() {
      const limit = Number(find('limit')?.value);
      return Number.isInteger(limit) && limit >= 1 && limit <= largestLimit ? limit : undefined;
    },
    locale(category) {
      const own = set('locale', variableOf('locale'))?.value ?? stored().locale;
      return own ?? (env.LC_ALL || env[category] || env.LANG || undefined);
    },
    write(key, value) {
      const { [key]: _, ...others } = stored();
      read = { ...others, ...(value !== undefined && { [key]: value }) };
      file.write(`${JSON.stringify(read, null, 2)}\n`);
    },
  };
}
