import { writeIds } from '../verify.ts';
import type { Action, VirtualUser } from './shared.ts';

type Contract = {
  id: number;
  /** Unsure after the answer to signing it was lost. */
  state: 'draft' | 'unsure' | 'signed';
  payments: number;
};

/** The writes of one sales employee: clients, contracts, payments and events. */
export function selling({ client, shared, random }: VirtualUser) {
  const me = client.person;
  const clients = [...(shared.company.clients.get(me.id) ?? [])];
  const contracts: Contract[] = (shared.company.drafts.get(me.id) ?? []).map((id) => ({
    id,
    state: 'draft',
    payments: 0,
  }));
  const inState = (state: Contract['state']) => contracts.filter((one) => one.state === state);

  const createClient: Action = async () => {
    const companyName = `Soak ${shared.next()}`;
    const result = await client.write<{
      createClient: { client: { id: number; companyName: string; commercialId: number } };
    }>({
      query: `mutation ClientCreate($input: CreateClientInput!) {
        createClient(input: $input) { client { id companyName commercialId } }
      }`,
      variables: {
        input: { client: { fullName: 'Soak Client', email: 'client@soak.example', companyName } },
      },
      writeId: writeIds.clientCompany(companyName),
    });
    if (result.state !== 'done') return;
    const { client: created } = result.data.createClient;
    if (created.commercialId !== me.id || created.companyName !== companyName) {
      client.wrong(`ClientCreate answered with another client: ${JSON.stringify(created)}.`);
    }
    clients.push(created.id);
  };

  const updateClient: Action = async () => {
    const id = random.pick(clients);
    const companyName = `Soak ${shared.next()}`;
    const result = await client.write<{
      updateClient: { client: { id: number; companyName: string } };
    }>({
      query: `mutation ClientUpdate($input: UpdateClientInput!) {
        updateClient(input: $input) { client { id companyName } }
      }`,
      variables: { input: { id, patch: { companyName } } },
      writeId: writeIds.clientCompany(companyName),
      register: { name: `client ${id} company`, value: companyName },
    });
    if (result.state !== 'done') return;
    await readBack(id, companyName);
  };

  /** Reads the written value back, from any server. */
  async function readBack(id: number, companyName: string): Promise<void> {
    const result = await client.ask<{ client: { companyName: string | null } | null }>({
      query: `query ClientView($id: Int!) { me { id department } client(id: $id) { companyName } }`,
      variables: { id },
      must: 'succeed',
    });
    if (result.state === 'done' && result.data.client?.companyName !== companyName) {
      client.wrong(
        `ClientView shows ${result.data.client?.companyName}, after ${companyName} was written.`,
      );
    }
  }

  const createContract: Action = async () => {
    const totalAmount = (5_000 + shared.next() / 100).toFixed(2);
    const result = await client.write<{
      createContract: { contract: { id: number; totalAmount: string; commercialId: number } };
    }>({
      query: `mutation ContractCreate($input: CreateContractInput!) {
        createContract(input: $input) { contract { id totalAmount commercialId } }
      }`,
      variables: { input: { contract: { clientId: random.pick(clients), totalAmount } } },
      writeId: writeIds.contractTotal(totalAmount),
    });
    if (result.state !== 'done') return;
    const { contract } = result.data.createContract;
    if (contract.commercialId !== me.id || contract.totalAmount !== totalAmount) {
      client.wrong(`ContractCreate answered with another contract: ${JSON.stringify(contract)}.`);
    }
    contracts.push({ id: contract.id, state: 'draft', payments: 0 });
  };

  const sign: Action = async () => {
    const contract = inState('draft').at(random.between(-5, -1)) ?? inState('draft').at(-1);
    if (contract === undefined) return createContract();
    const result = await client.write({
      query: `mutation ContractSign($input: SignContractInput!) {
        signContract(input: $input) { contract { id status } }
      }`,
      variables: { input: { contractId: contract.id } },
      writeId: writeIds.contractSigned(contract.id),
      register: { name: `contract ${contract.id}`, value: 'signed' },
    });
    if (result.state === 'done') contract.state = 'signed';
    if (result.state === 'unknown') contract.state = 'unsure';
  };

  /** Looks up whether an unacknowledged signature was made. */
  const lookUp: Action = async () => {
    const [contract] = inState('unsure');
    if (contract === undefined) return sign();
    const result = await client.ask<{ contract: { status: 'draft' | 'signed' } }>({
      query: `query ContractView($id: Int!) { me { id department } contract(id: $id) { status } }`,
      variables: { id: contract.id },
      must: 'succeed',
    });
    if (result.state === 'done') contract.state = result.data.contract.status;
  };

  const pay: Action = async () => {
    const signed = inState('signed').slice(-20);
    if (signed.length === 0) return lookUp();
    const contract = random.pick(signed);
    contract.payments++;
    const amount = (contract.payments / 100).toFixed(2);
    const result = await client.write<{
      recordPayment: { payment: { id: number; amount: string; recordedById: number } };
    }>({
      query: `mutation ContractPay($input: RecordPaymentInput!) {
        recordPayment(input: $input) { payment { id amount recordedById } }
      }`,
      variables: { input: { contractId: contract.id, amount } },
      writeId: writeIds.payment(contract.id, amount),
    });
    if (result.state !== 'done') return;
    const { payment } = result.data.recordPayment;
    if (payment.recordedById !== me.id || payment.amount !== amount) {
      client.wrong(`ContractPay answered with another payment: ${JSON.stringify(payment)}.`);
    }
  };

  const planEvent: Action = async () => {
    const signed = inState('signed');
    if (signed.length === 0) return lookUp();
    const title = `Soak ${shared.next()}`;
    const result = await client.write<{ createEvent: { event: { id: number; title: string } } }>({
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
      writeId: writeIds.eventTitle(title),
    });
    if (result.state !== 'done') return;
    const { event } = result.data.createEvent;
    if (event.title !== title)
      client.wrong(`EventCreate answered with another event: ${event.id}.`);
    shared.unassigned.push({ id: event.id, supportId: null });
  };

  return { createClient, updateClient, createContract, sign, lookUp, pay, planEvent };
}
