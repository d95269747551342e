import process from 'node:process';
import { required } from '../../core/args/flag.ts';
import { Invalid } from '../../core/args/parser.ts';
import { offering, oneOf, text } from '../../core/args/parsers.ts';
import { type Noun, type Services, verb } from '../../core/command/command.ts';
import { defineFields } from '../../core/command/fields.ts';
import { usageError } from '../../core/errors.ts';
import { chosenZone } from '../../core/locale/zone.ts';
import { type SettingKey, settingKeys, standard } from '../../core/settings/settings.ts';

/** A setting as it is now. */
interface Setting {
  key: SettingKey;
  value: string | null;
  source: string;
}

const { columns } = defineFields<Setting>()({
  setting: { api: 'key', kind: 'text', priority: 0 },
  value: { kind: 'text', priority: 0 },
  from: { api: 'source', kind: 'text', priority: 0 },
});

const standards: Partial<Record<SettingKey, string>> = {
  ...standard,
  limit: String(standard.limit),
};

async function settingOf(
  key: SettingKey,
  { settings, api, store, commandLine, output }: Services,
): Promise<Setting> {
  const flag = key === 'server' ? commandLine.flags.get('--server') : undefined;
  if (flag !== undefined) return { key, value: api.server, source: '--server' };
  const found = settings.find(key);
  if (found) return { key, value: found.value, source: found.variable ?? 'epic config' };
  if (key === 'server') {
    const { server } = await store.last();
    return { key, value: api.server, source: server === null ? 'default' : 'last login' };
  }
  if (key === 'time-zone') {
    const zone = chosenZone();
    return { key, value: zone ?? null, source: zone ? 'company' : 'terminal' };
  }
  if (key === 'limit' && output.screenful) {
    return { key, value: String(output.screenful), source: 'terminal' };
  }
  return { key, value: standards[key] ?? null, source: 'default' };
}

const key = required('<key>', 'which setting', oneOf(...settingKeys));

const list = verb({
  name: 'list',
  aliases: ['ls'],
  summary: 'List your settings, and where each comes from',
  flags: {},
  columns,
  examples: [['config list', '']],
  async run(services) {
    const rows = await Promise.all(settingKeys.map((each) => settingOf(each, services)));
    await services.output.list(services.columns, rows, '');
  },
});

const get = verb({
  name: 'get',
  summary: 'Print one setting',
  flags: { key },
  columns,
  examples: [['config get time-zone', '']],
  async run(services) {
    const { output, flags, fields } = services;
    const setting = await settingOf(flags.key, services);
    if (/json|csv/.test(output.format) || fields) output.record(services.columns, setting);
    else output.verbatim(`${setting.value ?? ''}\n`);
  },
});

const value = required(
  '<value>',
  'what it is to be',
  offering(
    async (before) => (await import('./values.ts')).valuesToOffer(before, process.env),
    text(1000),
  ),
);

const set = verb({
  name: 'set',
  summary: 'Set a setting, for every command from now on',
  flags: { key, value },
  columns,
  examples: [
    ['config set locale fr_FR', 'amounts and dates as in France'],
    ['config set time-zone local', 'times of this machine, not of the company'],
    ['config set pager cat', 'no pager'],
  ],
  async run(services) {
    const { output, settings, flags } = services;
    const { valueFor } = await import('./values.ts');
    let value: string;
    try {
      value = valueFor(flags.key, flags.value, process.env);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      throw usageError(`${flags.key}: ${error.message}`, error.hint);
    }
    settings.write(flags.key, value);
    const now = await settingOf(flags.key, services);
    output.changed(`${flags.key} is now ${value}.`, services.columns, now);
    if (now.value !== value) {
      output.note(`But here ${now.source} comes first: it is ${now.value}.`);
    }
  },
});

const unset = verb({
  name: 'unset',
  summary: 'Take a setting back',
  flags: { key },
  columns,
  examples: [['config unset time-zone', 'the time zone of the company again']],
  async run(services) {
    const { output, settings, flags } = services;
    settings.write(flags.key, undefined);
    const now = await settingOf(flags.key, services);
    const value = now.value === null ? 'not set' : `${now.value} (${now.source})`;
    output.changed(`${flags.key} is now ${value}.`, services.columns, now);
  },
});

export const config: Noun = { fields: columns, commands: [list, get, set, unset] };
