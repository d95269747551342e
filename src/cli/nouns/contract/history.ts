import type { Fields } from '../../core/api/fields.ts';
import {
  type Act,
  type HistoryFormatter,
  handover,
  joinParts,
} from '../../core/history/formatter.ts';
import { money } from '../../core/output/format.ts';

const euros = (amount: unknown) => money(String(amount));

/** What remains to be paid changes with the total, or by a payment. */
function paid(before: Fields, after: Fields): Act | false {
  if (!('toBePaid' in after)) return false;
  const covers = ['toBePaid'];
  if ('total' in after) return { text: '', covers };
  const received = Number(before.toBePaid) - Number(after.toBePaid);
  const amount = euros(Math.abs(received).toFixed(2));
  const remains = `${euros(after.toBePaid)} remain to be paid`;
  return received < 0
    ? { text: `took back a payment of ${amount}: ${remains}`, covers }
    : { text: `recorded a payment of ${amount}: ${remains}`, covers };
}

export const history: HistoryFormatter = {
  summary: ({ clientId, total, status }, names) =>
    joinParts(names.client(clientId), euros(total), status === 'draft' && 'as a draft'),
  acts: (before, after, names) => [
    handover(
      'salesContactId',
      { before, after, names },
      {
        given: 'gave the contract',
        taken: 'took the contract',
        passed: 'handed the contract over',
      },
    ),
    after.status === 'signed' && { text: 'signed the contract', covers: ['status', 'signed'] },
    after.status === 'cancelled' && { text: 'cancelled the contract', covers: ['status'] },
    paid(before, after),
  ],
  derived: ['signed'],
};
