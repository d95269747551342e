import { type HistoryFormatter, joinParts } from '../../core/history/formatter.ts';

export const history: HistoryFormatter = {
  summary: ({ fullName, department }) => joinParts(fullName, department),
  acts: (_, after) => [
    after.active === false && { text: 'deactivated the account', covers: ['active'] },
    after.active === true && { text: 'reactivated the account', covers: ['active'] },
    after.password != null && { text: `${after.password} the password`, covers: ['password'] },
  ],
};
