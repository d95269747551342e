import {
  ClientList,
  ContractList,
  ContractPay,
  ContractSign,
  EventList,
  MyDay,
} from '../../src/cli/operations/index.ts';
import type { Operation } from '../../src/client/index.ts';
import type { Person } from './sessions.ts';
import { pageRows } from './statements.ts';

/** A request of an operation: what the CLI sends. */
export interface OperationRequest {
  /** As in statements.ts. */
  key: string;
  document: string;
  variables: Record<string, unknown>;
}

/** One of the hottest operations. */
export interface BenchOperation {
  /** As in --operations. */
  key: string;
  /** As a person calls it. */
  title: string;
  /** Whose token is sent: of the busiest of a department. */
  who: Person;
  /** What is sent in turn; of a mutation for each draft, all of which have one client. */
  requests: readonly OperationRequest[] | ((draftId: number) => readonly OperationRequest[]);
}

/** A request with the variables that the types of the operation ask for. */
function requestOf<Variables extends Record<string, unknown>>(
  key: string,
  operation: Operation<unknown, Variables>,
  variables: Variables,
): OperationRequest {
  return { key, document: String(operation), variables };
}

const first = pageRows;

/** The day in so many days. */
function dayIn(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

const contractView = `
  query ContractView($id: Int!) {
    contract(id: $id) {
      id clientId clientName commercialId commercialName totalAmount amountToBePaid status createdAt signedAt version
      events(first: ${first}, orderBy: [START_DATE_ASC]) {
        nodes { id title startDate endDate location status supportContactName }
      }
      payments(first: ${first}) { nodes { id amount paidOn recordedByName } }
    }
  }`;

export const operations: readonly BenchOperation[] = [
  {
    key: 'my-day',
    title: 'epic (my day)',
    who: 'sales',
    requests: [
      requestOf('my-day', MyDay, {
        rows: pageRows,
        today: dayIn(0),
        in30Days: dayIn(29),
        timeZone: 'Europe/Paris',
      }),
    ],
  },
  {
    key: 'unsigned',
    title: 'contract list --unsigned',
    who: 'sales',
    requests: [
      requestOf('unsigned', ContractList, {
        first,
        orderBy: ['ID_ASC'],
        condition: { unsigned: true },
      }),
    ],
  },
  {
    key: 'unpaid',
    title: 'contract list --unpaid',
    who: 'management',
    requests: [
      requestOf('unpaid', ContractList, {
        first,
        orderBy: ['ID_ASC'],
        condition: { unpaid: true },
      }),
    ],
  },
  {
    key: 'without-support',
    title: 'event list --without-support',
    who: 'management',
    requests: [
      requestOf('without-support', EventList, {
        first,
        orderBy: ['START_DATE_ASC'],
        condition: { withoutSupport: true },
      }),
    ],
  },
  {
    key: 'mine',
    title: 'event list --mine',
    who: 'support',
    requests: [
      requestOf('mine', EventList, {
        first,
        orderBy: ['START_DATE_ASC'],
        condition: { mine: true },
      }),
    ],
  },
  {
    key: 'search',
    title: 'client list --search',
    who: 'sales',
    requests: ['capucine lefevre', 'moulins queyras', 'banque'].map((search) =>
      requestOf('search', ClientList, { first, orderBy: ['ID_ASC'], condition: { search } }),
    ),
  },
  {
    key: 'view',
    title: 'contract with events and payments',
    who: 'sales',
    requests: Array.from({ length: 50 }, (_, nth) => ({
      key: 'view',
      document: contractView,
      variables: { id: 1 + nth * 7 },
    })),
  },
  {
    key: 'sign-pay',
    title: 'contract sign, contract pay',
    who: 'sales',
    requests: (id) => [
      requestOf('sign', ContractSign, { id }),
      requestOf('pay', ContractPay, { payment: { contractId: id, amount: '250.00' } }),
    ],
  },
];
