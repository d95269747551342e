// A small job with Apollo Client. Prints what came of it as JSON.
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { relayStylePagination } from '@apollo/client/utilities';

let token;
const addToken = new SetContextLink(({ headers }) =>
  token ? { headers: { ...headers, authorization: `Bearer ${token}` } } : {},
);
const client = new ApolloClient({
  link: addToken.concat(new HttpLink({ uri: `${process.argv[2]}/graphql` })),
  cache: new InMemoryCache({
    typePolicies: {
      Query: { fields: { contracts: relayStylePagination(['condition', 'orderBy']) } },
    },
  }),
});
const mutate = async (mutation, variables) => (await client.mutate({ mutation, variables })).data;

const { login } = await mutate(
  gql`mutation ($input: LoginInput!) {
    login(input: $input) { accessToken employee { id fullName } }
  }`,
  { input: { email: 'alice.martin@epicevents.example', password: 'epic-events-demo' } },
);
token = login.accessToken;

const Contracts = gql`query Contracts($after: Cursor) {
  contracts(condition: { mine: true }, orderBy: ID_ASC, first: 20, after: $after) {
    edges { node { id } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const list = client.watchQuery({ query: Contracts });
let { data } = await list.refetch();
while (data.contracts.pageInfo.hasNextPage) {
  const { endCursor } = data.contracts.pageInfo;
  ({ data } = await list.fetchMore({ variables: { after: endCursor } }));
}
// the cache has joined the pages
const contracts = client.readQuery({ query: Contracts }).contracts.edges.map(({ node }) => node.id);

const { createContract } = await mutate(
  gql`mutation ($contract: ContractInput!) {
    createContract(input: { contract: $contract }) { contract { id status } }
  }`,
  { contract: { clientId: 1, totalAmount: '1000.00' } },
);
const contractId = createContract.contract.id;
const Sign = gql`mutation Sign($contractId: Int!) {
  signContract(input: { contractId: $contractId }) { contract { id status } }
}`;
await mutate(Sign, { contractId });
// the same record of the cache
const { status } = client.readFragment({
  from: { __typename: 'Contract', id: contractId },
  fragment: gql`fragment Status on Contract { status }`,
});

// results of five kinds with the same number: the cache must not take them for one
const Search = gql`{ search(text: "1", first: 5) { kind rowId title } }`;
const { search } = (await client.query({ query: Search })).data;
const found = search.map(({ kind, rowId }) => `${kind} ${rowId}`).sort();

/** The code and kind that a request ends with. */
async function refusal(request) {
  const error = await request.catch((reason) => reason);
  if (!CombinedGraphQLErrors.is(error)) throw error;
  const { code, kind } = error.errors[0].extensions;
  return { code, kind };
}
const refused = await refusal(mutate(Sign, { contractId: 2 }));
const badDocument = await refusal(client.query({ query: gql`{ nonsense }` }));
token = 'not-good-any-longer';
const badToken = await refusal(client.query({ query: Contracts, fetchPolicy: 'network-only' }));

const me = login.employee.fullName;
const result = { me, contracts, status, found, refused, badDocument, badToken };
process.stdout.write(`${JSON.stringify(result)}\n`);
