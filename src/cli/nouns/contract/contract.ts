import { between, date, fromMoment, toMoment } from '../../core/args/dates.ts';
import { optional, required, suggesting, toggle } from '../../core/args/flag.ts';
import { contractThatIs, idOf, line, money, oneOf } from '../../core/args/parsers.ts';
import { change, create } from '../../core/command/change.ts';
import type { Noun } from '../../core/command/command.ts';
import { list } from '../../core/command/list.ts';
import { recordNoun } from '../../core/command/record.ts';
import { update } from '../../core/command/update.ts';
import { view } from '../../core/command/view.ts';
import { money as euros } from '../../core/output/format.ts';
import {
  ContractCancel,
  type ContractCancelMutation,
  ContractCreate,
  ContractDelete,
  ContractList,
  ContractOpenEvents,
  ContractPay,
  ContractSign,
  ContractUpdate,
  ContractView,
} from '../../operations/index.ts';
import { fields as paymentFields } from '../payment/fields.ts';
import { type Contract, fields, summaryOf } from './fields.ts';
import { history } from './history.ts';
import { contractSheet } from './sheet.ts';

const noun = recordNoun({
  name: 'contract',
  fields,
  id: required('<id>', "the contract's id, or a part of the client's name", idOf('contract')),
  fetch: async (api, id) => (await api.send(ContractView, { id })).contract,
  summaryOf,
});

const isZero = (amount: string) => /^[0.]+$/.test(amount);

const remainder = ({ amountToBePaid }: Contract) =>
  isZero(amountToBePaid) ? 'It is paid in full.' : `${euros(amountToBePaid)} remain to be paid.`;

/** What has been paid of a contract. */
const paidOf = ({ totalAmount, amountToBePaid }: Contract) =>
  (Number(totalAmount) - Number(amountToBePaid)).toFixed(2);

const inWords = (contract: Contract) => `contract ${contract.id} of ${contract.clientName}`;

const listContracts = list(fields, {
  summary: 'List contracts',
  flags: {
    mine: toggle('-m, --mine', 'only those of the clients you look after'),
    commercialId: optional(
      '--sales-contact <employee>',
      'only those of the clients that this employee looks after',
      idOf('employee'),
    ),
    unsigned: toggle('--unsigned', 'only those not signed yet'),
    unpaid: toggle('--unpaid', 'only signed ones with something left to pay'),
    overdue: toggle('--overdue', 'only those signed over 30 days ago and not paid in full'),
    clientId: optional('--client <id>', 'only those of this client: id or name', idOf('client')),
    status: optional(
      '-s, --status <status>',
      'only in this state',
      oneOf('draft', 'signed', 'cancelled'),
    ),
    search: optional(
      '-S, --search <text>',
      "only where the client's name, company or e-mail contains this",
      line(200),
    ),
    created: optional(
      '--between <period>',
      'only those entered in this period: 2026-01-01..2026-03-31',
      between(fromMoment, toMoment),
    ),
  },
  sortedBy: ({ created }) => (created ? 'CREATED_AT_ASC' : 'ID_ASC'),
  ifEmpty: 'No contract matches.',
  examples: [
    ['contract list --mine --unsigned', 'what you still have to get signed'],
    ['contract list --unpaid --sort toBePaid:desc', 'what we are owed, the largest first'],
    ['contract list --overdue --mine', 'whom to remind'],
    ['contract list --client 12 --json', ''],
  ],
  fetch: async (api, { created, ...filters }, page) => {
    const period = { createdFrom: created?.from, createdTo: created?.to };
    return (await api.send(ContractList, { ...page, condition: { ...filters, ...period } }))
      .contracts;
  },
});

const createContract = create(noun, {
  summary: 'Draw up a contract, as a draft',
  examples: [
    ['contract create --client 12 --total 12500', ''],
    ['contract create --client "dupont sa" --total 12500', 'a name that only one client has'],
  ],
  question: ({ clientId }) => `Create a contract for client ${clientId}?`,
  send: async (api, contract) =>
    (await api.send(ContractCreate, { contract: fields.input(contract) })).createContract?.contract,
  done: 'created, as a draft',
});

const updateContract = update(noun, {
  summary: 'Change the price of a contract',
  examples: [['contract update 7 --total 14000.50', '']],
  confirm: {
    isHarmless: true,
    question(contract, { total }) {
      if (contract.status !== 'signed' || total === undefined) return undefined;
      const [from, to] = [contract.totalAmount, total].map(euros);
      const paid = paidOf(contract);
      return `Change the signed price of ${inWords(contract)} from ${from} to ${to}?${isZero(paid) ? '' : ` ${euros(paid)} of it are paid.`}`;
    },
  },
  send: async (api, { id, ...patch }) =>
    (await api.send(ContractUpdate, { id, patch: fields.input(patch) })).updateContract?.contract,
});

const signContract = change(noun, {
  name: 'sign',
  summary: 'Record that a contract is signed',
  flags: { id: { ...noun.id, parse: contractThatIs('draft') } },
  examples: [['contract sign 7', '']],
  write: { verb: 'sign' },
  confirm: {
    isHarmless: true,
    question: (contract) =>
      contract.status === 'draft'
        ? `Sign ${inWords(contract)} for ${euros(contract.totalAmount)}? The price is fixed from then on.`
        : undefined,
  },
  send: async (api, { id }) => (await api.send(ContractSign, { id })).signContract?.contract,
  done: 'signed',
});

const payContract = change(noun, {
  name: 'pay',
  summary: 'Record a payment for a contract',
  flags: {
    id: { ...noun.id, parse: contractThatIs('unpaid') },
    amount: required('--amount <amount>', 'euros received; negative to correct an entry', money),
    paidOn: suggesting(
      optional('--on <date>', 'day it arrived, today by default', date),
      () => 'today',
    ),
  },
  examples: [
    ['contract pay 7 --amount 2500', ''],
    ['contract pay 7 --amount 1000.50 --on 2026-11-30', ''],
    ['contract pay 7 --amount -500', 'corrects what was recorded'],
  ],
  written: paymentFields.columns,
  question: ({ id, amount }) => `Record ${euros(amount)} for contract ${id}?`,
  write: {
    verb: 'create',
    record: 'payment',
    parentField: 'contractId',
    assumes: { amount: '0.01' },
  },
  send: async (api, { id: contractId, ...payment }) =>
    (await api.send(ContractPay, { payment: { contractId, ...payment } })).recordPayment?.payment
      ?.contract,
  done: (contract, { amount }) =>
    `${euros(amount)} recorded for contract ${contract.id}: ${summaryOf(contract)}. ${remainder(contract)}`,
});

type Cancelled = NonNullable<NonNullable<ContractCancelMutation['cancelContract']>['contract']>;

const cancelContract = change(noun, {
  name: 'cancel',
  summary: 'Cancel a contract',
  flags: { id: noun.id },
  examples: [['contract cancel 7', 'its events go on, unless you cancel them too']],
  write: { verb: 'cancel' },
  confirm: {
    async question(contract, { id = contract.id }, api) {
      const { contract: found } = await api.send(ContractOpenEvents, { id });
      const events = found?.events.nodes ?? [];
      const named = events.map((event) => `“${event.title}” (${event.id})`).join(', ');
      const paid = paidOf(contract);
      return [
        `Cancel ${inWords(contract)} for ${euros(contract.totalAmount)}? This cannot be undone.`,
        !isZero(paid) && `${euros(paid)} of it are paid.`,
        events.length > 0 && `Its events go on, unless you cancel them too: ${named}.`,
      ]
        .filter(Boolean)
        .join(' ');
    },
  },
  send: async (api, { id }): Promise<Cancelled | null | undefined> =>
    (await api.send(ContractCancel, { id })).cancelContract?.contract,
  done: 'cancelled',
  afterwards({ events: { nodes } }, output) {
    if (nodes.length === 0) return;
    output.note(
      'Its events that are still planned or confirmed are not cancelled with it:',
      ...nodes.map(({ id, title }) => `${id}  “${title}”`),
      'epic event update ID --status cancelled',
    );
  },
});

const deleteContract = change(noun, {
  name: 'delete',
  summary: 'Delete a draft',
  flags: { id: { ...noun.id, parse: contractThatIs('draft') } },
  examples: [['contract delete 7 --yes', '']],
  write: { verb: 'delete' },
  confirm: {
    question: (contract) =>
      `Delete ${inWords(contract)} for ${euros(contract.totalAmount)}? This cannot be undone.`,
  },
  send: async (api, { id }) => (await api.send(ContractDelete, { id })).deleteContract?.contract,
  done: 'deleted',
});

export const contract: Noun = {
  fields: fields.columns,
  create: fields.create,
  history,
  commands: [
    listContracts,
    view(noun, contractSheet),
    createContract,
    updateContract,
    signContract,
    payContract,
    cancelContract,
    deleteContract,
  ],
};
