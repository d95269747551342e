import { nouns } from '../../src/cli/catalog.ts';
import { flagName, isArgument } from '../../src/cli/core/args/flag.ts';
import { canonical } from '../../src/cli/core/output/columns.ts';
import { everyCommand } from '../support/commands.ts';

// One word for one thing: a flag, the key of --json, --fields and --sort, and the label agree.

const withoutId = (key: string) => key.replace(/Id$/, '');

test('the label of every field is its key in words', async () => {
  const differing: string[] = [];
  for (const [command, { fields }] of await everyCommand()) {
    for (const { key, label, kind } of fields) {
      // a section of a sheet: Coming events, and the notes about it, as an event has notes of its own
      const isSection = kind === 'json' && (label.endsWith(key) || key === 'notesAbout');
      const agree = isSection || [key, withoutId(key)].map(canonical).includes(canonical(label));
      if (!agree) differing.push(`${command}: ${key} is labelled ${label}`);
    }
  }
  expect(differing).toEqual([]);
});

test('the flag that sets a field is called like the field, one that takes an id like the record', async () => {
  const differing: string[] = [];
  for (const { name, load } of nouns) {
    const { fields, create = {}, commands } = await load();
    const update = commands.find((each) => each.name === 'update')?.flags ?? {};
    for (const [key, flag] of Object.entries({ ...update, ...create })) {
      const isOfField = fields.some((field) => field.key === key) && flag.writes !== false;
      if (isArgument(flag) || !isOfField) continue;
      const flagKey = canonical(flagName(flag) ?? '');
      if (![key, withoutId(key)].map(canonical).includes(flagKey)) {
        differing.push(`${name}: ${key} is set by ${flag.spec}`);
      }
    }
  }
  // a switch to `yes` says what it does
  expect(differing).toEqual(['employee: active is set by --reactivate']);
});

test('no field is called as in the database or in the API where people have another word', async () => {
  const old = /^(fullName|companyName|totalAmount|amountToBePaid|\w*At|\w*Date|commercial\w*)$/;
  const named = [...(await everyCommand())].flatMap(([command, { fields }]) =>
    fields.filter(({ key }) => old.test(key)).map(({ key }) => `${command}: ${key}`),
  );
  expect(named).toEqual([]);
});
