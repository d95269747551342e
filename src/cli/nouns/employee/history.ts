import { type HistoryFormatter, joinParts } from '../../core/history/formatter.ts';

/** What happens to a secret of theirs, which is not in the history itself: `reset` to the password. */
const secrets = [
  ['password', 'the password'],
  ['secondFactor', 'the second factor'],
  ['recoveryCodes', 'the recovery codes'],
] as const;

export const history: HistoryFormatter = {
  summary: ({ name, department }) => joinParts(name, department),
  acts: (before, after) => [
    after.active === false && { text: 'deactivated the account', covers: ['active'] },
    after.active === true && { text: 'reactivated the account', covers: ['active'] },
    after.serviceAccount != null && {
      text: `created the service account “${after.serviceAccount}”`,
      covers: ['serviceAccount'],
    },
    before.serviceAccount != null && {
      text: `revoked the service account “${before.serviceAccount}”`,
      covers: ['serviceAccount'],
    },
    ...secrets.map(
      ([key, what]) => after[key] != null && { text: `${after[key]} ${what}`, covers: [key] },
    ),
  ],
};
