import type { ReturnedRow } from './returned-rows.ts';

/** How crm.explain_access and crm.explain_refusal look in the API. */
export const explanations: Readonly<Record<string, ReturnedRow>> = {
  explain_access: {
    name: 'AccessStep',
    description: 'A grant or a policy that bears on a question about access, or the verdict.',
    fields: {
      step: { description: 'Its place in the order of PostgreSQL, from 1.', isAlwaysThere: true },
      kind: {
        description: 'What a step is.',
        isAlwaysThere: true,
        words: {
          name: 'AccessStepKind',
          values: {
            grant: 'A privilege that a role has been granted.',
            policy: 'A policy of row-level security.',
            verdict: 'What follows from the others: whether I may. It comes last.',
          },
        },
      },
      name: {
        description:
          'The privilege and its columns, or the policy; of the verdict, the policies that decide.',
      },
      role: { description: 'Whose grant or policy it is.' },
      mode: {
        description: 'How a policy counts beside others.',
        words: {
          name: 'PolicyMode',
          values: {
            permissive: 'One way in: one that is fulfilled is enough.',
            restrictive: 'A condition: all must be fulfilled.',
          },
        },
      },
      clause: {
        description:
          'What of a policy fails: `using` (the row as it is) or `with check` (as it would become).',
      },
      isMine: { description: 'Whether it applies to me.', isAlwaysThere: true },
      holds: {
        description:
          'Whether it is fulfilled; of the verdict, whether I may. Null where it depends on what was not given, and for others.',
      },
      sentence: { description: 'The same for a person to read.' },
    },
  },
  explain_refusal: {
    name: 'Refusal',
    description: 'Why something is refused, and whom to ask.',
    fields: {
      isVisible: { description: 'Whether I can see the row at all.', isAlwaysThere: true },
      policy: { description: 'The policies that decide.' },
      sentence: { description: 'Why, for a person to read.' },
      contact: { description: 'Whom to ask, in a sentence.' },
    },
  },
};
