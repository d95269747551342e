import { type HistoryFormatter, handover, joinParts } from '../../core/history/formatter.ts';

export const history: HistoryFormatter = {
  summary: ({ name, company }) => joinParts(name, company),
  acts: (before, after, names) => [
    after.erased != null && {
      text: "erased the client's personal data",
      covers: ['erased', 'name', 'email', 'phone'],
    },
    handover(
      'salesContactId',
      { before, after, names },
      { given: 'gave the client', taken: 'took the client', passed: 'handed the client over' },
    ),
    after.merged != null && {
      text: `merged client ${after.merged} into this one`,
      covers: ['merged'],
    },
    after.mergedInto != null && {
      text: `merged the client into client ${after.mergedInto}`,
      covers: ['mergedInto'],
    },
    // a contact is recorded so; and the changes of an erased client look like one
    Object.keys(after).every((key) => key === 'lastUpdate') && {
      text: 'noted a contact with the client, or a change that is no longer on record',
      covers: ['lastUpdate'],
    },
  ],
  derived: ['lastUpdate'],
};
