import { type HistoryFormatter, handover, joinParts } from '../../core/history/formatter.ts';

export const history: HistoryFormatter = {
  summary: ({ fullName, companyName }) => joinParts(fullName, companyName),
  acts: (before, after, names) => [
    after.erasedAt != null && {
      text: "erased the client's personal data",
      covers: ['erasedAt', 'fullName', 'email', 'phone'],
    },
    handover(
      'commercialId',
      { before, after, names },
      { given: 'gave the client', taken: 'took the client', passed: 'handed the client over' },
    ),
    // a contact is recorded so; and the changes of an erased client look like one
    Object.keys(after).every((key) => key === 'lastUpdate') && {
      text: 'noted a contact with the client, or a change that is no longer on record',
      covers: ['lastUpdate'],
    },
  ],
  derived: ['lastUpdate'],
};
