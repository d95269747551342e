import type { HistoryFormatter } from '../../core/history/formatter.ts';
import { money } from '../../core/output/format.ts';

export const history: HistoryFormatter = {
  created: 'recorded',
  summary: ({ contractId, amount, paidOn }) =>
    `${money(String(amount))} for contract ${contractId}, received on ${paidOn}`,
};
