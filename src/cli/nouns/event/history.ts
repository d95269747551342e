import { type HistoryFormatter, handover, joinParts } from '../../core/history/formatter.ts';
import { formatCell } from '../../core/output/format.ts';

export const history: HistoryFormatter = {
  summary: ({ title, start, supportId }, names) =>
    joinParts(
      `“${title}”`,
      formatCell('instant', String(start)),
      supportId != null && `run by ${names.employee(supportId)}`,
    ),
  acts: (before, after, names) => [
    handover(
      'supportId',
      { before, after, names },
      { given: 'assigned the event', taken: 'took the event', passed: 'reassigned the event' },
    ),
    handover(
      'salesContactId',
      { before, after, names },
      { given: 'gave the event', taken: 'took the event', passed: 'handed the event over' },
    ),
    ...['confirmed', 'completed', 'cancelled'].map(
      (status) => after.status === status && { text: `${status} the event`, covers: ['status'] },
    ),
  ],
};
