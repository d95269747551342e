import { marks } from '../audit.ts';
import type { Deed, Worker } from './shared.ts';

type Contract = {
  id: number;
  /** Unsure when the answer to signing it was lost. */
  state: 'draft' | 'unsure' | 'signed';
  payments: number;
};

/** Clients, contracts, payments and events of one sales employee, from first contact to the order. */
export function selling({ desk, floor, random }: Worker) {
  const me = desk.person;
  const clients = [...(floor.company.clients.get(me.id) ?? [])];
  const contracts: Contract[] = (floor.company.drafts.get(me.id) ?? []).map((id) => ({
    id,
    state: 'draft',
    payments: 0,
  }));
  const inState = (state: Contract['state']) => contracts.filter((one) => one.state === state);

  const createClient: Deed = async () => {
    const companyName = `Soak ${floor.next()}`;
    const result = await desk.write<{
      createClient: { client: { id: number; companyName: string; commercialId: number } };
    }>({
      query: `mutation ClientCreate($input: CreateClientInput!) {
        createClient(input: $input) { client { id companyName commercialId } }
      }`,
      variables: {
        input: { client: { fullName: 'Soak Client', email: 'client@soak.example', companyName } },
      },
      mark: marks.clientCompany(companyName),
    });
    if (result.state !== 'done') return;
    const { client } = result.data.createClient;
    if (client.commercialId !== me.id || client.companyName !== companyName) {
      desk.wrong(`ClientCreate answered with another client: ${JSON.stringify(client)}.`);
    }
    clients.push(client.id);
  };

  const updateClient: Deed = async () => {
    const id = random.pick(clients);
    const companyName = `Soak ${floor.next()}`;
    const result = await desk.write<{
      updateClient: { client: { id: number; companyName: string } };
    }>({
      query: `mutation ClientUpdate($input: UpdateClientInput!) {
        updateClient(input: $input) { client { id companyName } }
      }`,
      variables: { input: { id, patch: { companyName } } },
      mark: marks.clientCompany(companyName),
      cell: { name: `client ${id} company`, value: companyName },
    });
    if (result.state !== 'done') return;
    await readBack(id, companyName);
  };

  /** What I have just written is what I read, through whichever server. */
  async function readBack(id: number, companyName: string): Promise<void> {
    const result = await desk.ask<{ client: { companyName: string | null } | null }>({
      query: `query ClientView($id: Int!) { me { id department } client(id: $id) { companyName } }`,
      variables: { id },
      must: 'succeed',
    });
    if (result.state === 'done' && result.data.client?.companyName !== companyName) {
      desk.wrong(
        `ClientView shows ${result.data.client?.companyName}, after ${companyName} was written.`,
      );
    }
  }

  const createContract: Deed = async () => {
    const totalAmount = (5_000 + floor.next() / 100).toFixed(2);
    const result = await desk.write<{
      createContract: { contract: { id: number; totalAmount: string; commercialId: number } };
    }>({
      query: `mutation ContractCreate($input: CreateContractInput!) {
        createContract(input: $input) { contract { id totalAmount commercialId } }
      }`,
      variables: { input: { contract: { clientId: random.pick(clients), totalAmount } } },
      mark: marks.contractTotal(totalAmount),
    });
    if (result.state !== 'done') return;
    const { contract } = result.data.createContract;
    if (contract.commercialId !== me.id || contract.totalAmount !== totalAmount) {
      desk.wrong(`ContractCreate answered with another contract: ${JSON.stringify(contract)}.`);
    }
    contracts.push({ id: contract.id, state: 'draft', payments: 0 });
  };

  const sign: Deed = async () => {
    const contract = inState('draft').at(random.between(-5, -1)) ?? inState('draft').at(-1);
    if (contract === undefined) return createContract();
    const result = await desk.write({
      query: `mutation ContractSign($input: SignContractInput!) {
        signContract(input: $input) { contract { id status } }
      }`,
      variables: { input: { contractId: contract.id } },
      mark: marks.contractSigned(contract.id),
      cell: { name: `contract ${contract.id}`, value: 'signed' },
    });
    if (result.state === 'done') contract.state = 'signed';
    if (result.state === 'unknown') contract.state = 'unsure';
  };

  /** Nobody signs twice: what became of it has to be looked up first. */
  const lookUp: Deed = async () => {
    const [contract] = inState('unsure');
    if (contract === undefined) return sign();
    const result = await desk.ask<{ contract: { status: 'draft' | 'signed' } }>({
      query: `query ContractView($id: Int!) { me { id department } contract(id: $id) { status } }`,
      variables: { id: contract.id },
      must: 'succeed',
    });
    if (result.state === 'done') contract.state = result.data.contract.status;
  };

  const pay: Deed = async () => {
    const signed = inState('signed').slice(-20);
    if (signed.length === 0) return lookUp();
    const contract = random.pick(signed);
    contract.payments++;
    const amount = (contract.payments / 100).toFixed(2);
    const result = await desk.write<{
      recordPayment: { payment: { id: number; amount: string; recordedById: number } };
    }>({
      query: `mutation ContractPay($input: RecordPaymentInput!) {
        recordPayment(input: $input) { payment { id amount recordedById } }
      }`,
      variables: { input: { contractId: contract.id, amount } },
      mark: marks.payment(contract.id, amount),
    });
    if (result.state !== 'done') return;
    const { payment } = result.data.recordPayment;
    if (payment.recordedById !== me.id || payment.amount !== amount) {
      desk.wrong(`ContractPay answered with another payment: ${JSON.stringify(payment)}.`);
    }
  };

  const planEvent: Deed = async () => {
    const signed = inState('signed');
    if (signed.length === 0) return lookUp();
    const title = `Soak ${floor.next()}`;
    const result = await desk.write<{ createEvent: { event: { id: number; title: string } } }>({
      query: `mutation EventCreate($input: CreateEventInput!) {
        createEvent(input: $input) { event { id title } }
      }`,
      variables: {
        input: {
          event: {
            contractId: random.pick(signed).id,
            title,
            startDate: '2035-06-01T18:00:00+02:00',
            endDate: '2035-06-01T23:00:00+02:00',
          },
        },
      },
      mark: marks.eventTitle(title),
    });
    if (result.state !== 'done') return;
    const { event } = result.data.createEvent;
    if (event.title !== title) desk.wrong(`EventCreate answered with another event: ${event.id}.`);
    floor.unassigned.push({ id: event.id, supportId: null });
  };

  return { createClient, updateClient, createContract, sign, lookUp, pay, planEvent };
}
