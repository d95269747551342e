import { type HistoryFormatter, joinParts } from '../../core/history/formatter.ts';

export const history: HistoryFormatter = {
  summary: ({ fullName, department }) => joinParts(fullName, department),
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
    after.password != null && { text: `${after.password} the password`, covers: ['password'] },
  ],
};
