import type { Fields } from '../api/values.ts';
import type { Cell } from '../output/columns.ts';
import { forPeople, money } from '../output/format.ts';
import { inWords } from './words.ts';

/** What people and clients are called, by their ids. */
export interface Names {
  employee(id: unknown): string;
  client(id: unknown): string;
}

/** A change that has a verb of its own: “signed the contract” rather than “changed the status …”. */
export interface Act {
  said: string;
  /** The fields that are told by it. */
  tells: readonly string[];
}

/** How the changes of a kind of record are told. */
export interface Telling {
  /** What the record is called: `the contract`. */
  the: string;
  created: string;
  /** Which one it is, in a few words; empty where nothing is left to say. */
  summary(fields: Fields, names: Names): string;
  /** What an update does beyond changing fields. */
  acts?(before: Fields, after: Fields, names: Names): (Act | false | undefined)[];
  /** Fields that the database keeps by itself, and that say nothing more. */
  follows?: readonly string[];
}

const list = (...parts: unknown[]) =>
  parts.filter((part) => typeof part === 'string' && part !== '').join(', ');
const euros = (amount: unknown) => money(String(amount));

/** What happened to the colleague whom a field names. */
function passedOn(
  field: string,
  { before, after, names }: { before: Fields; after: Fields; names: Names },
  said: { given: string; taken: string; passed: string },
): Act | false {
  if (!(field in after)) return false;
  const [from, to] = [before[field], after[field]];
  const [old, next] = [from, to].map((id) => (id == null ? '' : names.employee(id)));
  const what = from == null ? `${said.given} to` : to == null ? `${said.taken} from` : said.passed;
  const whom = from == null ? next : to == null ? old : `from ${old} to ${next}`;
  return { said: `${what} ${whom}`, tells: [field] };
}

const handedOver = (the: string) => ({
  given: `gave ${the}`,
  taken: `took ${the}`,
  passed: `handed ${the} over`,
});

const client: Telling = {
  the: 'the client',
  created: 'created',
  summary: ({ fullName, companyName }) => list(fullName, companyName),
  acts: (before, after, names) => [
    after.erasedAt != null && {
      said: "erased the client's personal data",
      tells: ['erasedAt', 'fullName', 'email', 'phone'],
    },
    passedOn('commercialId', { before, after, names }, handedOver('the client')),
    // A contact is recorded so; and an erased client's changes look like one.
    Object.keys(after).every((key) => key === 'lastUpdate') && {
      said: 'noted a contact with the client, or a change that is no longer on record',
      tells: ['lastUpdate'],
    },
  ],
  follows: ['lastUpdate'],
};

const contract: Telling = {
  the: 'the contract',
  created: 'created',
  summary: ({ clientId, totalAmount, status }, names) =>
    list(names.client(clientId), euros(totalAmount), status === 'draft' && 'as a draft'),
  acts: (before, after, names) => [
    passedOn('commercialId', { before, after, names }, handedOver('the contract')),
    after.status === 'signed' && { said: 'signed the contract', tells: ['status', 'signedAt'] },
    after.status === 'cancelled' && { said: 'cancelled the contract', tells: ['status'] },
    paid(before, after),
  ],
  follows: ['signedAt'],
};

/** What remains to be paid changes with the total, or by a payment. */
function paid(before: Fields, after: Fields): Act | false {
  if (!('amountToBePaid' in after)) return false;
  const tells = ['amountToBePaid'];
  if ('totalAmount' in after) return { said: '', tells };
  const received = Number(before.amountToBePaid) - Number(after.amountToBePaid);
  const amount = euros(Math.abs(received).toFixed(2));
  const remains = `${euros(after.amountToBePaid)} remain to be paid`;
  return received < 0
    ? { said: `took back a payment of ${amount}: ${remains}`, tells }
    : { said: `recorded a payment of ${amount}: ${remains}`, tells };
}

const event: Telling = {
  the: 'the event',
  created: 'created',
  summary: ({ title, startDate, supportContactId }, names) =>
    list(
      `“${title}”`,
      forPeople('instant', String(startDate)),
      supportContactId != null && `run by ${names.employee(supportContactId)}`,
    ),
  acts: (before, after, names) => [
    passedOn(
      'supportContactId',
      { before, after, names },
      {
        given: 'assigned the event',
        taken: 'took the event',
        passed: 'reassigned the event',
      },
    ),
    ...['confirmed', 'completed', 'cancelled'].map(
      (status) => after.status === status && { said: `${status} the event`, tells: ['status'] },
    ),
  ],
};

const employee: Telling = {
  the: 'the employee',
  created: 'created',
  summary: ({ fullName, department }) => list(fullName, department),
  acts: (_, after) => [
    after.active === false && { said: 'deactivated the account', tells: ['active'] },
    after.active === true && { said: 'reactivated the account', tells: ['active'] },
    after.password != null && { said: `${after.password} the password`, tells: ['password'] },
  ],
};

const payment: Telling = {
  the: 'the payment',
  created: 'recorded',
  summary: ({ contractId, amount, paidOn }) =>
    `${euros(amount)} for contract ${contractId}, received on ${paidOn}`,
};

const tellings: Readonly<Partial<Record<string, Telling>>> = {
  client,
  contract,
  event,
  employee,
  payment,
};

/** How the history of a kind of record is told: of one that is not known here, by its fields. */
export const tellingOf = (record: string): Telling =>
  tellings[record] ?? {
    the: `the ${record.replaceAll('_', ' ')}`,
    created: 'created',
    summary: (fields) =>
      Object.entries(fields)
        .filter(([key, value]) => key !== 'id' && value != null)
        .map(([key, value]) => `${inWords(key)} ${forPeople('text', value as Cell)}`)
        .join(', '),
  };
