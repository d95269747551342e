import type { Effect, RecordEffect, RoleEffect, Unmeasured } from './effect.ts';
import type { FunctionEffect } from './functions.ts';
import type { Part, Side } from './measure.ts';
import type { PolicyChange } from './policies.ts';
import { WORDS } from './word.ts';

const MOST_POLICIES = 4;

/** One thing that a role gains, loses or keeps, in words. */
export interface Line {
  /** The department, or the role. */
  who: string;
  /** `+45 rows`, `-column signed_at`, `no row changes`. */
  change: string;
  /** `6 of 6 people, 34 to 41 each`. */
  people: string;
  /** `Alice Martin: 2, 5, 32`. */
  example: string;
}

/** How many changes there are, and of which word. */
export function summaryOf({ records, functions, isComplete }: Effect): string[] {
  const words = [...records, ...functions].map(({ word }) => word);
  if (words.length === 0) return ['Nothing: this database permits what db/ permits.'];
  const counts = WORDS.map((word) => ({ word, of: words.filter((one) => one === word).length }))
    .filter(({ of }) => of > 0)
    .map(({ word, of }) => `${of} ${word}`);
  return [
    `${counted(words.length, 'change')}: ${counts.join(', ')}.`,
    ...(isComplete ? [] : ['Not everything could be measured.']),
  ];
}

/** `update contract`; tables of other schemas with their schema. */
export function recordTitle({ verb, table, isNew }: RecordEffect): string {
  return `${verb} ${table.replace(/^crm\./, '')}${isNew ? ', a new table' : ''}`;
}

/** `policy sales_update_own, changed`. */
export function policySentence({ name, state }: PolicyChange): string {
  return `policy ${name}${state === 'comment' ? ', its comment' : `, ${state}`}`;
}

/** What a policy says now (-) and in db/ (+): as far as it differs, or the whole of one that only one of them has. */
export function expressionLines({
  state,
  differences,
}: PolicyChange): { sign: '-' | '+'; text: string }[] {
  const sides = [
    { sign: '-', side: 'before' },
    { sign: '+', side: 'after' },
  ] as const;
  return sides.flatMap(({ sign, side }) => {
    const texts = differences
      .filter((one) => one[side] !== null)
      .map((one) => `${one.property} ${one[side]}`);
    if (state === 'changed' || state === 'comment') return texts.map((text) => ({ sign, text }));
    // permissive is the default
    const whole = texts.filter((text) => text !== 'as permissive').join(' ');
    return whole === '' ? [] : [{ sign, text: whole }];
  });
}

/** What a role gains and loses, a line each. */
export function linesOf(effect: RoleEffect): Line[] {
  const { role, department, columns, isIdle, measured, unmeasured, word } = effect;
  const line = (change: string, people = '', example = ''): Line => ({
    who: department ?? role,
    change,
    people,
    example,
  });
  const isOnePerson = department === null;
  const parts = (measured?.parts ?? [])
    .flatMap(sidesOf)
    .map(({ sign, part, side }) =>
      line(
        changeOf(sign, part, side),
        isOnePerson ? '' : peopleOf(side, measured?.people ?? 0),
        exampleOf(side),
      ),
    );
  const outside = (measured?.withoutSession ?? [])
    .flatMap(sidesOf)
    .map(({ sign, part, side }) =>
      line(changeOf(sign, part, side), 'without a session', exampleOf(side)),
    );
  return [
    ...parts,
    ...outside,
    ...(columns.gained.length > 0 ? [line(columnsOf('+', columns.gained))] : []),
    ...(columns.lost.length > 0 ? [line(columnsOf('-', columns.lost))] : []),
    ...unmeasured.map((reason) => line(`not measured: ${reasonOf(reason)}`)),
    ...(isIdle ? [line('another grant, which no policy opens')] : []),
    ...(word === 'NONE' && !isIdle ? [line('no row changes')] : []),
    ...(measured?.madeUp == null
      ? []
      : [line(`the table is empty: of ${counted(measured.madeUp, 'row')} made up`)]),
    ...(measured?.first == null ? [] : [line(`of the first ${counted(measured.first, 'row')}`)]),
  ];
}

/** What a function's change means, and which policies it is about. */
export function functionSentence(effect: FunctionEffect): string {
  const { policies, kind } = effect;
  if (kind === 'callers' || policies.length === 0) return changeOfFunction(effect);
  const shown = policies.slice(0, MOST_POLICIES).join(', ');
  const more = policies.length - MOST_POLICIES;
  const list = more > 0 ? `${shown} and ${more} more` : shown;
  const noun = policies.length === 1 ? '1 policy' : `${policies.length} policies`;
  return `${changeOfFunction(effect)} In ${noun}: ${list}.`;
}

function changeOfFunction(effect: FunctionEffect): string {
  const { kind, before, after, roles, isSecurityDefiner } = effect;
  switch (kind) {
    case 'volatility':
      return after === 'immutable'
        ? `Immutable, no longer ${before}: a cached plan may answer for another person.`
        : `${capitalised(after ?? '')}, no longer ${before}.`;
    case 'definition':
      return 'Another definition, which this database does not have yet: what its policies decide with it is not measured.';
    case 'callers': {
      const changes = [
        ...(roles.gained.length > 0 ? [`Called by ${roles.gained.map(roleName).join(', ')}.`] : []),
        ...(roles.lost.length > 0
          ? [`No longer called by ${roles.lost.map(roleName).join(', ')}.`]
          : []),
      ];
      const rights = isSecurityDefiner
        ? 'It has the rights of its owner.'
        : 'It has the rights of its caller, and opens nothing by itself.';
      return [...changes, rights].join(' ');
    }
  }
}

/** `1 row`, `1,024 rows`. */
export function counted(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

function sidesOf(part: Part): { sign: '+' | '-'; part: Part; side: Side }[] {
  const sides = [
    { sign: '+' as const, part, side: part.gained },
    { sign: '-' as const, part, side: part.lost },
  ];
  return sides.filter(({ side }) => side.rows > 0);
}

function changeOf(sign: string, { about }: Part, { rows }: Side): string {
  switch (about.kind) {
    case 'rows':
      return `${sign}${counted(rows, 'row')}`;
    case 'written':
      return `${sign}${counted(rows, 'row')} as written`;
    case 'value':
      return `${sign}${about.column} '${about.value}' in ${counted(rows, 'row')}`;
  }
}

function peopleOf({ people }: Side, all: number): string {
  const numbers = people.map(({ rows }) => rows);
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const each =
    least === most
      ? least.toLocaleString('en')
      : `${least.toLocaleString('en')} to ${most.toLocaleString('en')}`;
  return `${people.length} of ${all === 1 ? '1 person' : `${all} people`}, ${each} each`;
}

function exampleOf({ people, example, rows }: Side): string {
  if (example.length === 0) return '';
  const more = (people[0]?.rows ?? rows) > example.length ? ', …' : '';
  const ids = `${example.join(', ')}${more}`;
  const name = people[0]?.fullName;
  return name == null ? ids : `${name}: ${ids}`;
}

function columnsOf(sign: string, columns: readonly string[]): string {
  return `${sign}${columns.length === 1 ? 'column' : 'columns'} ${columns.join(', ')}`;
}

function reasonOf(reason: Unmeasured): string {
  switch (reason.kind) {
    case 'missing function':
      return `this database has no ${reason.name} yet.`;
    case 'changed table':
      return `it reads ${reason.name}, which changes too.`;
    case 'recursion':
      return `policy ${reason.name} reads its own table, which PostgreSQL refuses as infinite recursion.`;
    case 'no employee':
      return 'no active employee works there.';
    case 'failure':
      return `${reason.message} (${reason.code}).`;
  }
}

const roleName = (role: string) => role.replace(/^epic_/, '');
const capitalised = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
