// A small job with urql, whose queries go by GET. Prints what came of it as JSON.
import { Client, cacheExchange, fetchExchange, gql } from '@urql/core';

const methods = [];
let token;
const client = new Client({
  url: `${process.argv[2]}/graphql`,
  exchanges: [cacheExchange, fetchExchange],
  preferGetMethod: true,
  fetchOptions: () => (token ? { headers: { authorization: `Bearer ${token}` } } : {}),
  fetch: (url, options) => {
    methods.push(options.method);
    return fetch(url, options);
  },
});

/** The data of an answer; its error is thrown. */
function dataOf({ data, error }) {
  if (error) throw error;
  return data;
}
const query = async (document, variables) => dataOf(await client.query(document, variables));
const mutate = async (document, variables) => dataOf(await client.mutation(document, variables));

const { login } = await mutate(
  gql`mutation ($input: LoginInput!) {
    login(input: $input) { accessToken employee { fullName } }
  }`,
  { input: { email: 'alice.martin@epicevents.example', password: 'epic-events-demo' } },
);
token = login.accessToken;

const Contracts = gql`query Contracts($after: Cursor) {
  contracts(condition: { mine: true }, orderBy: ID_ASC, first: 20, after: $after) {
    nodes { id }
    pageInfo { hasNextPage endCursor }
  }
}`;
const contracts = [];
for (let after = null, hasMore = true; hasMore; ) {
  const { nodes, pageInfo } = (await query(Contracts, { after })).contracts;
  contracts.push(...nodes.map(({ id }) => id));
  hasMore = pageInfo.hasNextPage;
  after = pageInfo.endCursor;
}

const { createClient } = await mutate(
  gql`mutation ($client: ClientInput!) { createClient(input: { client: $client }) { client { id } } }`,
  { client: { fullName: 'Ursula Quill', email: 'ursula@quill.example' } },
);
const { createContract } = await mutate(
  gql`mutation ($contract: ContractInput!) {
    createContract(input: { contract: $contract }) { contract { id } }
  }`,
  { contract: { clientId: createClient.client.id, totalAmount: '1000.00' } },
);
const Sign = gql`mutation Sign($contractId: Int!) {
  signContract(input: { contractId: $contractId }) { contract { id status } }
}`;
const contractId = createContract.contract.id;
const Contract = gql`query Contract($id: Int!) { contract(id: $id) { id status } }`;
const { contract: before } = await query(Contract, { id: contractId });
await mutate(Sign, { contractId });
// urql has dropped the answer from before, which held this contract
const { contract: after } = await query(Contract, { id: contractId });

const { error } = await client.mutation(Sign, { contractId: 2 });
const { code, kind } = error.graphQLErrors[0].extensions;

const result = {
  me: login.employee.fullName,
  contracts,
  status: [before.status, after.status],
  refused: { code, kind },
  methods,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
