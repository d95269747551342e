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

const clientOf = ({ clientName, clientId }: Contract) => clientName ?? `client ${clientId}`;

export const fields = defineFields<Contract, ContractInput, ContractPatch, ContractOrderBy>()({
  id: { label: 'ID', kind: 'id', priority: 0, sort: 'ID' },
  client: { label: 'Client', kind: 'text', priority: 0, value: clientOf },
  clientId: {
    label: 'Client ID',
    kind: 'id',
    sort: 'CLIENT_ID',
    flag: '--client <id>',
    help: 'the client who buys, by id or name',
    parse: idOf('client'),
    create: 'required',
  },
  status: { label: 'Status', kind: 'status', priority: 1, sort: 'STATUS' },
  totalAmount: {
    label: 'Total',
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
  amountToBePaid: { label: 'To be paid', kind: 'money', priority: 2 },
  commercial: {
    label: 'Sales contact',
    kind: 'text',
    priority: 4,
    value: (contract) => contract.commercialName,
  },
  commercialId: { label: 'Sales contact ID', kind: 'id' },
  createdAt: {
    label: 'Created',
    kind: 'instant',
    priority: 6,
    column: 'creation_date',
    sort: 'CREATED_AT',
  },
  signedAt: { label: 'Signed', kind: 'instant', priority: 5 },
  version: { label: 'Version', kind: 'number' },
});

/** One in a sentence. */
export const summaryOf = (contract: Contract) =>
  `${clientOf(contract)}, ${euros(contract.totalAmount)}`;
