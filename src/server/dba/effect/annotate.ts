import type { Annotation, RuleText } from '../annotations.ts';
import type { FileLine, PolicyFiles } from '../policy-files.ts';
import { VERBS } from './condition.ts';
import type { Effect, RecordEffect, RoleEffect } from './effect.ts';
import { functionSentence, linesOf, policySentence, recordTitle } from './sentences.ts';
import type { Word } from './word.ts';

/** What the words mean, for code scanning. */
export const EFFECT_RULES: readonly RuleText[] = [
  {
    name: 'access_gained',
    why: 'This change opens rows or columns to someone who does not have them.',
  },
  { name: 'access_lost', why: 'This change takes rows or columns from someone who has them.' },
  { name: 'access_unknown', why: 'What this change opens could not be measured.' },
  {
    name: 'access_unchanged',
    why: 'This change opens and takes nothing, on the rows of the database that was asked.',
  },
];

const RULES = {
  GAINED: 'access_gained',
  UNKNOWN: 'access_unknown',
  LOST: 'access_lost',
  NONE: 'access_unchanged',
} as const satisfies Record<Word, string>;

const LEVELS = { GAINED: 'WARN', UNKNOWN: 'ERROR', LOST: 'WARN', NONE: 'INFO' } as const;

/** One annotation for each role that gains or loses, at the policy or grant in db/policies, and for each function. */
export function annotate(effect: Effect, files: PolicyFiles): Annotation[] {
  const annotation = (word: Word, place: FileLine, message: string): Annotation => ({
    rule: RULES[word],
    level: LEVELS[word],
    message: `${word}: ${message}`,
    ...place,
  });
  const records = effect.records.flatMap((record) =>
    record.roles.length > 0
      ? record.roles.map((role) =>
          annotation(role.word, placeOf(record, role, files), messageOf(record, role)),
        )
      : record.policies.map((policy) =>
          annotation(
            record.word,
            files.policy(record.table, policy.name),
            `${recordTitle(record)}: ${policySentence(policy)}.`,
          ),
        ),
  );
  const functions = effect.functions.map((one) =>
    annotation(
      one.word,
      files.function(one.name.replace(/\(.*$/, '')),
      `function ${one.name}: ${functionSentence(one)}`,
    ),
  );
  return [...records, ...functions];
}

// rows come from a policy, columns from a grant
function placeOf(
  { table, verb, policies }: RecordEffect,
  role: RoleEffect,
  files: PolicyFiles,
): FileLine {
  const named = policies.filter(({ state }) => state !== 'comment').map(({ name }) => name);
  const own = named.find((name) => name.startsWith(`${role.department ?? role.role}_`));
  const policy = own ?? named[0];
  const column = role.columns.gained[0] ?? role.columns.lost[0] ?? null;
  const hasParts = (role.measured?.parts.length ?? 0) > 0;
  if (policy !== undefined && (hasParts || column === null)) return files.policy(table, policy);
  return files.grant(table, { privilege: VERBS[verb], role: role.role, column });
}

function messageOf(record: RecordEffect, role: RoleEffect): string {
  const lines = linesOf(role).map(({ who, change, people, example }) =>
    [`${who} ${change}`, people, example === '' ? '' : `such as ${example}`]
      .filter((part) => part !== '')
      .join(', '),
  );
  return `${recordTitle(record)}: ${lines.join('; ')}.`;
}
