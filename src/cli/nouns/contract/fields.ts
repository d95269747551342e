import { idOf, money } from '../../core/args/parsers.ts';
import { defineFields } from '../../core/command/fields.ts';
import { money as euros } from '../../core/output/format.ts';
import type {
  ContractFieldsFragment,
  ContractInput,
  ContractOrderBy,
  ContractPatch,
} from '../../operations/index.ts';

export type Contract = ContractFieldsFragment;

export const fields = defineFields<Contract, ContractInput, ContractPatch, ContractOrderBy>()({
  id: { kind: 'id', priority: 0, sort: 'ID' },
  client: { kind: 'text', priority: 0, value: ({ clientName }) => clientName },
  clientId: {
    kind: 'id',
    sort: 'CLIENT_ID',
    flag: '--client <id>',
    help: 'the client who buys, by id or name',
    parse: idOf('client'),
    create: 'required',
  },
  status: { kind: 'status', priority: 1, sort: 'STATUS' },
  total: {
    api: 'totalAmount',
    kind: 'money',
    priority: 3,
    sort: 'TOTAL_AMOUNT',
    flag: '--total <amount>',
    help: 'price in euros',
    updateHelp: 'new price in euros',
    parse: money,
    create: 'required',
    update: 'set',
  },
  toBePaid: {
    api: 'amountToBePaid',
    kind: 'money',
    priority: 2,
    sort: 'AMOUNT_TO_BE_PAID',
  },
  salesContact: { api: 'commercialName', kind: 'text', priority: 4 },
  salesContactId: { api: 'commercialId', kind: 'id' },
  created: {
    api: 'createdAt',
    kind: 'instant',
    priority: 6,
    column: 'creation_date',
    sort: 'CREATED_AT',
  },
  signed: { api: 'signedAt', kind: 'instant', priority: 5 },
  version: { kind: 'number' },
});

/** One in a sentence. */
export const summaryOf = (contract: Contract) =>
  `${contract.clientName}, ${euros(contract.totalAmount)}`;
