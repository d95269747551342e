import { type HistoryFormatter, handover, joinParts } from '../../core/history/formatter.ts';
import { formatCell } from '../../core/output/format.ts';

export const history: HistoryFormatter = {
  summary: ({ title, startDate, supportContactId }, names) =>
    joinParts(
      `“${title}”`,
      formatCell('instant', String(startDate)),
      supportContactId != null && `run by ${names.employee(supportContactId)}`,
    ),
  acts: (before, after, names) => [
    handover(
      'supportContactId',
      { before, after, names },
      { given: 'assigned the event', taken: 'took the event', passed: 'reassigned the event' },
    ),
    handover(
      'commercialId',
      { before, after, names },
      { given: 'gave the event', taken: 'took the event', passed: 'handed the event over' },
    ),
    ...['confirmed', 'completed', 'cancelled'].map(
      (status) => after.status === status && { text: `${status} the event`, covers: ['status'] },
    ),
  ],
};
