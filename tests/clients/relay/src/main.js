// A small job with Relay, without React. Prints what came of it as JSON.
import {
  commitMutation,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  getRequest,
  getSelector,
  graphql,
  Network,
  RecordSource,
  Store,
} from 'relay-runtime';

const headers = { 'content-type': 'application/json' };
const environment = new Environment({
  network: Network.create(async ({ text }, variables) => {
    const body = JSON.stringify({ query: text, variables });
    return (await fetch(`${process.argv[2]}/graphql`, { method: 'POST', headers, body })).json();
  }),
  store: new Store(new RecordSource()),
  getDataID: ({ id }, type) => (id === undefined ? undefined : `${type}:${id}`),
});
const mutate = (mutation, variables) =>
  new Promise((resolve, reject) => {
    const onCompleted = (data, errors) => (errors ? reject(errors[0]) : resolve(data));
    commitMutation(environment, { mutation, variables, onCompleted, onError: reject });
  });

const Page = graphql`query mainPageQuery { ...mainContracts_query }`;
const Contracts = graphql`fragment mainContracts_query on Query
@refetchable(queryName: "mainContractsPaginationQuery")
@argumentDefinitions(count: { type: "Int", defaultValue: 20 }, after: { type: "Cursor" }) {
  contracts(condition: { mine: true }, orderBy: ID_ASC, first: $count, after: $after)
  @connection(key: "mainContracts_contracts") {
    edges { node { id status } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const Sign = graphql`mutation mainSignMutation($contractId: Int!) {
  signContract(input: { contractId: $contractId }) { contract { id status } }
}`;

async function main() {
  const { login } = await mutate(
    graphql`mutation mainLoginMutation($input: LoginInput!) {
      login(input: $input) { accessToken employee { id fullName } }
    }`,
    { input: { email: 'alice.martin@epicevents.example', password: 'epic-events-demo' } },
  );
  headers.authorization = `Bearer ${login.accessToken}`;

  const operation = createOperationDescriptor(getRequest(Page), {});
  environment.retain(operation);
  const root = await fetchQuery(environment, Page, {}).toPromise();
  const list = () => environment.lookup(getSelector(Contracts, root));
  for (let page = list().data.contracts; page.pageInfo.hasNextPage; page = list().data.contracts) {
    const variables = { count: 20, after: page.pageInfo.endCursor };
    await fetchQuery(environment, Contracts.metadata.refetch.operation, variables).toPromise();
  }
  const nodes = () => list().data.contracts.edges.map(({ node }) => node);

  // a reader of the list sees what the mutation returns about a record of it
  const draft = nodes().find(({ status }) => status === 'draft');
  const changed = new Promise((resolve) => environment.subscribe(list(), resolve));
  await mutate(Sign, { contractId: draft.id });
  const { data } = await changed;
  const signed = data.contracts.edges.find(({ node }) => node.id === draft.id);

  const refused = await mutate(Sign, { contractId: 2 }).catch(({ extensions }) => extensions);
  const result = {
    me: login.employee.fullName,
    contracts: nodes().map(({ id }) => id),
    status: [draft.status, signed.node.status],
    refused: { code: refused.code, kind: refused.kind },
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
main();
