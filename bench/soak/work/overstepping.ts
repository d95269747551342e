import type { Department } from '../company.ts';
import { type Deed, ofOthers, type Worker } from './shared.ts';

type Forbidden = { query: string; variables: Record<string, unknown> };

const anyOf = (worker: Worker, records: ReadonlyMap<number, readonly number[]>) =>
  worker.random.pick(ofOthers(records, worker.desk.person));

/** What nobody of a department may do, each a request about records that are there. */
const forbidden: Record<Department, readonly ((worker: Worker) => Forbidden)[]> = {
  sales: [
    (worker) => changeClient('OthersClient', anyOf(worker, worker.floor.company.clients)),
    (worker) =>
      changeEvent('EventAsSales', anyOf(worker, worker.floor.company.events), { notes: 'Soak' }),
    (worker) => ({
      query: `mutation EmployeeAsSales($input: CreateEmployeeInput!) {
        createEmployee(input: $input) { oneTimePassword }
      }`,
      variables: {
        input: {
          fullName: 'Soak Forbidden',
          email: `forbidden.${worker.floor.next()}@soak.example`,
          department: 'management',
        },
      },
    }),
  ],
  support: [
    (worker) =>
      changeEvent('OthersEvent', anyOf(worker, worker.floor.company.events), { notes: 'Soak' }),
    (worker) => changeClient('ClientAsSupport', anyOf(worker, worker.floor.company.clients)),
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
    (worker) => changeClient('ClientAsManagement', anyOf(worker, worker.floor.company.clients)),
    ({ desk }) => ({
      query: `mutation OwnAccount($input: DeleteEmployeeInput!) {
        deleteEmployee(input: $input) { employee { id } }
      }`,
      variables: { input: { id: desk.person.id } },
    }),
  ],
};

/** Tries something that the person's department may not do. */
export function overstep(worker: Worker): Deed {
  const { desk, random } = worker;
  return async () => {
    const request = random.pick(forbidden[desk.person.department])(worker);
    await desk.ask({ ...request, must: 'be forbidden' });
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
