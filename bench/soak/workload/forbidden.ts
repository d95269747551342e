import type { Department } from '../company.ts';
import { type Action, ofOthers, type VirtualUser } from './shared.ts';

type Forbidden = { query: string; variables: Record<string, unknown> };

const anyOf = (user: VirtualUser, records: ReadonlyMap<number, readonly number[]>) =>
  user.random.pick(ofOthers(records, user.client.person));

/** Requests that a department may not make, about existing records. */
const forbidden: Record<Department, readonly ((user: VirtualUser) => Forbidden)[]> = {
  sales: [
    (user) => changeClient('OthersClient', anyOf(user, user.shared.company.clients)),
    (user) =>
      changeEvent('EventAsSales', anyOf(user, user.shared.company.events), { notes: 'Soak' }),
    (user) => ({
      query: `mutation EmployeeAsSales($input: CreateEmployeeInput!) {
        createEmployee(input: $input) { oneTimePassword }
      }`,
      variables: {
        input: {
          fullName: 'Soak Forbidden',
          email: `forbidden.${user.shared.next()}@soak.example`,
          department: 'management',
        },
      },
    }),
  ],
  support: [
    (user) =>
      changeEvent('OthersEvent', anyOf(user, user.shared.company.events), { notes: 'Soak' }),
    (user) => changeClient('ClientAsSupport', anyOf(user, user.shared.company.clients)),
    () => ({
      query: `mutation NewClientAsSupport($input: CreateClientInput!) {
        createClient(input: $input) { client { id } }
      }`,
      variables: {
        input: { client: { fullName: 'Soak Forbidden', email: 'forbidden@soak.example' } },
      },
    }),
  ],
  management: [
    (user) => changeClient('ClientAsManagement', anyOf(user, user.shared.company.clients)),
    ({ client }) => ({
      query: `mutation OwnAccount($input: DeleteEmployeeInput!) {
        deleteEmployee(input: $input) { employee { id } }
      }`,
      variables: { input: { id: client.person.id } },
    }),
  ],
};

/** Makes a forbidden request. */
export function tryForbidden(user: VirtualUser): Action {
  const { client, random } = user;
  return async () => {
    const request = random.pick(forbidden[client.person.department])(user);
    await client.ask({ ...request, must: 'be forbidden' });
  };
}

function changeClient(name: string, id: number): Forbidden {
  return {
    query: `mutation ${name}($input: UpdateClientInput!) {
      updateClient(input: $input) { client { id } }
    }`,
    variables: { input: { id, patch: { companyName: 'Soak forbidden' } } },
  };
}

function changeEvent(name: string, id: number, patch: Record<string, unknown>): Forbidden {
  return {
    query: `mutation ${name}($input: UpdateEventInput!) {
      updateEvent(input: $input) { event { id } }
    }`,
    variables: { input: { id, patch } },
  };
}
