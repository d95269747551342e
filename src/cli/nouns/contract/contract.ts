import type { Api } from '../../core/api/api.ts';
import { optional, required, suggesting, toggle } from '../../core/args/flag.ts';
import {
  between,
  date,
  email,
  fromMoment,
  id,
  idOf,
  line,
  money,
  oneOf,
  toMoment,
} from '../../core/args/parsers.ts';
import { change } from '../../core/command/change.ts';
import type { Noun } from '../../core/command/command.ts';
import { confirm, yes } from '../../core/command/confirm.ts';
import { edit } from '../../core/command/edit.ts';
import { list } from '../../core/command/list.ts';
import { confirmationQuestion, view } from '../../core/command/view.ts';
import type { Column } from '../../core/output/columns.ts';
import { money as euros } from '../../core/output/format.ts';
import { field, reference } from '../../extras/import/fields.ts';
import { importVerb } from '../../extras/import/verb.ts';
import {
  ContractCancel,
  type ContractCancelMutation,
  ContractCreate,
  ContractDelete,
  ContractList,
  ContractPay,
  ContractSign,
  ContractUpdate,
  ContractView,
} from '../../operations/index.ts';
import { type Contract, columns, summaryOf } from './fields.ts';

const contractId = required(
  '<id>',
  "the contract's id, or a part of the client's name",
  idOf('contract'),
);
const remainder = (contract: Contract) =>
  /^[0.]+$/.test(contract.amountToBePaid)
    ? 'It is paid in full.'
    : `${euros(contract.amountToBePaid)} remain to be paid.`;

const fetchContract = async (api: Api, id: number) =>
  (await api.send(ContractView, { id })).contract;

const question = confirmationQuestion('contract', fetchContract, summaryOf);

const listContracts = list({
  summary: 'List contracts',
  flags: {
    mine: toggle('--mine', 'only those of the clients I look after'),
    unsigned: toggle('--unsigned', 'only those not signed yet'),
    unpaid: toggle('--unpaid', 'only signed ones with something left to pay'),
    overdue: toggle('--overdue', 'only those signed over 30 days ago and not paid in full'),
    clientId: optional('--client <id>', 'only those of this client: id or name', idOf('client')),
    status: optional(
      '--status <status>',
      'only in this state',
      oneOf('draft', 'signed', 'cancelled'),
    ),
    search: optional(
      '--search <text>',
      "only where the client's name, company or e-mail contains this",
      line(200),
    ),
    between: optional(
      '--between <period>',
      'only those entered in this period: 2026-01-01..2026-03-31',
      between(fromMoment, toMoment),
    ),
  },
  columns,
  sort: {
    id: 'ID',
    clientId: 'CLIENT_ID',
    status: 'STATUS',
    totalAmount: 'TOTAL_AMOUNT',
    createdAt: 'CREATED_AT',
  },
  sortedBy: 'ID_ASC',
  ifEmpty: 'No contract matches.',
  examples: [
    ['contract list --mine --unsigned', 'what I still have to get signed'],
    ['contract list --unpaid --sort totalAmount:desc', 'what we are owed, the largest first'],
    ['contract list --overdue --mine', 'whom I should remind'],
    ['contract list --client 12 --json', ''],
  ],
  fetch: async (api, { mine, unsigned, unpaid, overdue, between: entered, ...given }, page) => {
    const { clientId, status, search } = given;
    const condition = {
      mine: mine || undefined,
      unsigned: unsigned || undefined,
      unpaid: unpaid || undefined,
      overdue: overdue || undefined,
      clientId,
      status,
      search,
      createdFrom: entered?.from,
      createdTo: entered?.to,
    };
    return (await api.send(ContractList, { ...page, condition })).contracts;
  },
});

const viewContract = view({ noun: 'contract', id: contractId, columns, fetch: fetchContract });

const createContract = change({
  noun: 'contract',
  name: 'create',
  summary: 'Draw up a contract, as a draft',
  flags: {
    client: required('--client <id>', 'the client who buys, by id or name', idOf('client')),
    total: required('--total <amount>', 'price in euros', money),
  },
  columns,
  examples: [
    ['contract create --client 12 --total 12500', ''],
    ['contract create --client "dupont sa" --total 12500', 'a name that only one client has'],
  ],
  question: ({ client }) => `Create a contract for client ${client}?`,
  deed: {
    verb: 'create',
    writes: ({ client, total }) => ({ clientId: client, totalAmount: total }),
  },
  send: async (api, _, contract) =>
    (await api.send(ContractCreate, { contract })).createContract?.contract,
  done: (contract) => `Contract ${contract.id} created, as a draft: ${summaryOf(contract)}.`,
});

const importContracts = importVerb({
  noun: 'contract',
  plural: 'contracts',
  fields: [
    field(['clientId'], 'client_id', id),
    field(['clientEmail'], 'client_email', email),
    // In a list it is a name, beside the id.
    {
      ...reference(['client'], { id: 'client_id', email: 'client_email' }, email),
      unless: 'clientId',
    },
    field(['totalAmount', 'total'], 'total_amount', money),
  ],
  kept: columns.map(({ key }) => key),
  needed: [['clientId', 'clientEmail', 'client'], ['totalAmount']],
  examples: [
    ['contract import contracts.csv --dry-run', 'what is wrong with it, line by line'],
    ['contract import contracts.csv', 'as drafts; clients by clientId or clientEmail'],
  ],
});

const updateContract = edit({
  noun: 'contract',
  id: contractId,
  summary: 'Change the price of a contract',
  flags: { total: optional('--total <amount>', 'new price in euros', money) },
  columns,
  examples: [['contract update 7 --total 14000.50', '']],
  writes: ({ total }) => ({ totalAmount: total }),
  fetch: fetchContract,
  send: async (api, id, patch) =>
    (await api.send(ContractUpdate, { id, patch })).updateContract?.contract,
  done: (contract) => `Contract ${contract.id} updated: ${summaryOf(contract)}.`,
});

const signContract = change({
  noun: 'contract',
  name: 'sign',
  summary: 'Record that a contract is signed',
  flags: { id: contractId },
  columns,
  examples: [['contract sign 7', '']],
  deed: { verb: 'update', writes: () => ({ status: 'signed' as const }) },
  send: async (api, { id }) => (await api.send(ContractSign, { id })).signContract?.contract,
  done: (contract) => `Contract ${contract.id} signed: ${summaryOf(contract)}.`,
});

const payContract = change({
  noun: 'contract',
  name: 'pay',
  summary: 'Record a payment for a contract',
  flags: {
    id: contractId,
    amount: required('--amount <amount>', 'euros received; negative to correct an entry', money),
    on: suggesting(
      optional('--on <date>', 'day it arrived, today by default', date),
      () => 'today',
    ),
  },
  columns,
  examples: [
    ['contract pay 7 --amount 2500', ''],
    ['contract pay 7 --amount 1000.50 --on 2026-11-30', ''],
  ],
  question: ({ id }) => `Record a payment for contract ${id}?`,
  deed: {
    verb: 'create',
    record: 'payment',
    writes: ({ id, amount, on }) => ({ contractId: id, amount, paidOn: on }),
    supposing: { amount: '0.01' },
  },
  send: async (api, _, payment) =>
    (await api.send(ContractPay, { payment })).recordPayment?.payment?.contract,
  done: (contract, { amount }) =>
    `${euros(amount)} recorded for contract ${contract.id}: ${summaryOf(contract)}. ${remainder(contract)}`,
});

type Cancelled = NonNullable<NonNullable<ContractCancelMutation['cancelContract']>['contract']>;
const columnsOfCancelled: readonly Column<Cancelled>[] = columns;

const cancelContract = change({
  noun: 'contract',
  name: 'cancel',
  summary: 'Cancel a contract',
  flags: { id: contractId, yes },
  columns: columnsOfCancelled,
  examples: [['contract cancel 7', '']],
  deed: { verb: 'update', writes: () => ({ status: 'cancelled' as const }) },
  send: async (api, { id }, _, invocation) => {
    await confirm(invocation, () => question(api, 'Cancel', id));
    return (await api.send(ContractCancel, { id })).cancelContract?.contract;
  },
  done: (contract) => `Contract ${contract.id} cancelled: ${summaryOf(contract)}.`,
  afterwards({ events: { nodes } }, output) {
    if (nodes.length === 0) return;
    output.note(
      'Its events that are still planned or confirmed are not cancelled with it:',
      ...nodes.map(({ id, title }) => `${id}  “${title}”`),
      'epic event update ID --status cancelled',
    );
  },
});

const deleteContract = change({
  noun: 'contract',
  name: 'delete',
  summary: 'Delete a draft',
  flags: { id: contractId, yes },
  columns,
  examples: [['contract delete 7 --yes', '']],
  deed: { verb: 'delete', writes: () => ({}) },
  send: async (api, { id }, _, invocation) => {
    await confirm(invocation, () => question(api, 'Delete', id));
    return (await api.send(ContractDelete, { id })).deleteContract?.contract;
  },
  done: (contract) => `Contract ${contract.id} deleted: ${summaryOf(contract)}.`,
});

export const contract: Noun = {
  fields: columns,
  commands: [
    listContracts,
    viewContract,
    createContract,
    updateContract,
    importContracts,
    signContract,
    payContract,
    cancelContract,
    deleteContract,
  ],
};
