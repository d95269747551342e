// A small job with graphql-request. Prints what came of it as JSON.
import { ClientError, GraphQLClient, gql } from 'graphql-request';

const client = new GraphQLClient(`${process.argv[2]}/graphql`);

const { login } = await client.request(
  gql`mutation ($input: LoginInput!) {
    login(input: $input) { accessToken employee { fullName } }
  }`,
  { input: { email: 'alice.martin@epicevents.example', password: 'epic-events-demo' } },
);
client.setHeader('authorization', `Bearer ${login.accessToken}`);

const Contracts = gql`query Contracts($after: Cursor) {
  contracts(condition: { mine: true }, orderBy: ID_ASC, first: 20, after: $after) {
    nodes { id }
    pageInfo { hasNextPage endCursor }
  }
}`;
const contracts = [];
for (let after = null, hasMore = true; hasMore; ) {
  const { nodes, pageInfo } = (await client.request(Contracts, { after })).contracts;
  contracts.push(...nodes.map(({ id }) => id));
  hasMore = pageInfo.hasNextPage;
  after = pageInfo.endCursor;
}

const { createClient } = await client.request(
  gql`mutation ($client: ClientInput!) { createClient(input: { client: $client }) { client { id } } }`,
  { client: { fullName: 'Greta Quest', email: 'greta@quest.example' } },
);
const { createContract } = await client.request(
  gql`mutation ($contract: ContractInput!) {
    createContract(input: { contract: $contract }) { contract { id } }
  }`,
  { contract: { clientId: createClient.client.id, totalAmount: '1000.00' } },
);
const Sign = gql`mutation Sign($contractId: Int!) {
  signContract(input: { contractId: $contractId }) { contract { status } }
}`;
const contractId = createContract.contract.id;
const { signContract } = await client.request(Sign, { contractId });
const { recordPayment } = await client.request(
  gql`mutation ($input: RecordPaymentInput!) {
    recordPayment(input: $input) { payment { contract { amountToBePaid } } }
  }`,
  { input: { contractId, amount: '399.50' } },
);

const refused = await client.request(Sign, { contractId: 2 }).catch((error) => {
  if (!(error instanceof ClientError)) throw error;
  return error.response.errors[0].extensions;
});

const result = {
  me: login.employee.fullName,
  contracts,
  status: signContract.contract.status,
  amountToBePaid: recordPayment.payment.contract.amountToBePaid,
  refused: { code: refused.code, kind: refused.kind },
};
process.stdout.write(`${JSON.stringify(result)}\n`);
