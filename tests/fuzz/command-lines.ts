import fc, { type Arbitrary } from 'fast-check';
import type { Flag } from '../../src/cli/core/args/flag.ts';
import { everyCommand } from '../support/commands.ts';

/** Valid and invalid values of flags and arguments. No absolute path, which might be written to. */
const values: Arbitrary<string> = fc
  .oneof(
    fc.constantFrom('1', '2', '3', '999', '0', '-1', '2147483648', '1e3', '٣'),
    fc.constantFrom(
      'today',
      '+7d',
      '-30d',
      '30d',
      '2026-12-01',
      '2026-02-30',
      '2026-12-01 18:30',
      'A..B',
    ),
    fc.constantFrom(
      'today..+7d',
      '12.50',
      '1 250,00 €',
      '-5',
      '1e400',
      'signed',
      'sales',
      'true',
      'null',
    ),
    fc.constantFrom(
      '',
      ' ',
      '-',
      '--',
      '=',
      "'",
      '"',
      '\\',
      '%s',
      '$(id)',
      '../../etc/passwd',
      '*',
      '\u202e',
    ),
    fc.constantFrom(
      'id',
      'id,id',
      'id:desc',
      'nope:asc',
      ',',
      'dupont',
      'ana@dupont.example',
      '{ me { id } }',
    ),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constant('x'.repeat(5000)),
  )
  .map((text) => text.replace(/^\/+/, ''));

/** A flag on a command line, with a value where it takes one, and sometimes where it takes none. */
function typed(flag: Flag): Arbitrary<readonly string[]> {
  const name = /--[\w-]+/.exec(flag.spec)?.[0];
  if (name === undefined) return values.map((value) => [value]);
  if (flag.given === 'switch') return fc.constantFrom([name], [`${name}=yes`]);
  const fixed = flag.parse.choices ?? [];
  const value = fixed.length > 0 ? fc.oneof(fc.constantFrom(...fixed), values) : values;
  return fc.oneof(
    value.map((text) => [name, text]),
    value.map((text) => [`${name}=${text}`]),
    fc.constant([name]),
  );
}

const shared: Arbitrary<readonly string[]> = fc.oneof(
  fc.constantFrom(
    ['--json'],
    ['--csv'],
    ['--help'],
    ['--no-input'],
    ['--no-color'],
    ['--no-pager'],
    ['-h'],
    ['--version'],
  ),
  values.map((names) => ['--fields', names]),
  fc
    .constantFrom('', 'ftp://x', 'http://', '127.0.0.1:1', 'http://[::1', 'x y')
    .map((url) => ['--server', url]),
  fc.constantFrom(['--nope'], ['-x'], ['--'], ['--json=1'], ['--jsn']),
);

/**
 * Any command line: mostly an existing command with some of its flags and others, in any order. Commands that end the session
 * are left out, since nothing could follow.
 */
export async function commandLines(): Promise<Arbitrary<string[]>> {
  const ending = ['logout', 'password', 'session revoke'];
  const usable = [...(await everyCommand())]
    .filter(([name]) => !ending.includes(name))
    .map(([name, { flags }]) => ({ words: name.split(' '), flags: Object.values(flags) }));
  const knownCommand = fc.constantFrom(...usable).chain(({ words, flags }) => {
    const some = flags.length > 0 ? fc.oneof(...flags.map(typed)) : shared;
    return fc
      .array(fc.oneof({ weight: 4, arbitrary: some }, { weight: 1, arbitrary: shared }), {
        maxLength: 6,
      })
      .map((parts) => [...words, ...parts.flat()]);
  });
  return fc
    .oneof(
      { weight: 9, arbitrary: knownCommand },
      { weight: 1, arbitrary: fc.array(values, { maxLength: 4 }) },
    )
    .map((args) => args.map((each) => each.replaceAll('\0', '')));
}
