import { between, date } from '../../core/args/dates.ts';
import { optional, toggle } from '../../core/args/flag.ts';
import { idOf } from '../../core/args/parsers.ts';
import type { Noun } from '../../core/command/command.ts';
import { type Filters, list } from '../../core/command/list.ts';
import { boundedCount, money } from '../../core/output/format.ts';
import { PaymentList, PaymentSum } from '../../operations/index.ts';
import { fields } from './fields.ts';
import { history } from './history.ts';

const filters = {
  mine: toggle('-m, --mine', 'only those of the clients you look after'),
  contractId: optional('--contract <id>', 'only those of this contract', idOf('contract')),
  clientId: optional('--client <id>', 'only those of this client: id or name', idOf('client')),
  paidOn: optional(
    '--between <period>',
    'only those that arrived in this period: 2026-01-01..2026-03-31',
    between(date, date),
  ),
};

const conditionOf = ({ paidOn, ...others }: Filters<typeof filters>) => ({
  ...others,
  paidFrom: paidOn?.from,
  paidTo: paidOn?.to,
});

const listPayments = list(fields, {
  summary: 'List payments, the latest first',
  flags: filters,
  sortedBy: 'PAID_ON_DESC',
  ifEmpty: 'No payment matches.',
  examples: [
    ['payment list --contract 7', 'what a contract was paid'],
    ['payment list --mine --between -30d..', 'what your clients paid in the last 30 days'],
    ['payment list --between 2026-01-01..2026-03-31 --all --csv > q1.csv', 'for a spreadsheet'],
  ],
  notes: ['Record one: epic contract pay. A negative amount is a correction.'],
  fetch: async (api, given, page) =>
    (await api.send(PaymentList, { ...page, condition: conditionOf(given) })).payments,
  async foot(api, given) {
    const { payments } = await api.send(PaymentSum, { condition: conditionOf(given) });
    const { totalCount = 0, amountSum = '0' } = payments;
    const count = totalCount === 1 ? '1 payment' : `${boundedCount(totalCount)} payments`;
    return `Total: ${money(amountSum)} in ${count}.`;
  },
});

export const payment: Noun = {
  fields: fields.columns,
  history,
  commands: [listPayments],
};
