// A small job with the client preset of graphql-codegen, and fetch. Prints what came of it as JSON.
import { createClient, memoryStore } from 'epic-events/client';
import { graphql } from './graphql/gql.ts';
import type { ContractsQuery, TypedDocumentString } from './graphql/graphql.ts';

const headers: Record<string, string> = { 'content-type': 'application/json' };
interface Answer<Data> {
  data: Data;
  errors?: [{ extensions: { code: string; kind?: string } }];
}

/** Sends a typed document, and gives its typed answer. */
async function ask<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Answer<Data>> {
  const body = JSON.stringify({ query: document, variables });
  const response = await fetch(`${process.argv[2]}/graphql`, { method: 'POST', headers, body });
  return (await response.json()) as Answer<Data>;
}

const LogIn = graphql(`mutation LogIn($input: LoginInput!) {
  login(input: $input) { accessToken employee { fullName } }
}`);
const input = { email: 'alice.martin@epicevents.example', password: 'epic-events-demo' };
const { login } = (await ask(LogIn, { input })).data;
const accessToken = login?.accessToken ?? '';
headers.authorization = `Bearer ${accessToken}`;

const Contracts = graphql(`query Contracts($after: Cursor) {
  contracts(condition: { mine: true }, orderBy: ID_ASC, first: 20, after: $after) {
    nodes { id }
    pageInfo { hasNextPage endCursor }
  }
}`);
const contracts: number[] = [];
for (let after: string | null = null, hasMore = true; hasMore; ) {
  const page: ContractsQuery['contracts'] = (await ask(Contracts, { after })).data.contracts;
  contracts.push(...page.nodes.map(({ id }) => id));
  hasMore = page.pageInfo.hasNextPage;
  after = page.pageInfo.endCursor;
}

// the same document, read by the client of this repository
const store = memoryStore({ email: '', accessToken, expiresAt: 0, refreshToken: null });
const epic = createClient({ url: process.argv[2] ?? '', store });
let read = 0;
for await (const { id } of epic.all(Contracts, {}, (data) => data.contracts))
  read += id > 0 ? 1 : 0;

const Create = graphql(`mutation Create($contract: ContractInput!) {
  createContract(input: { contract: $contract }) { contract { id totalAmount } }
}`);
// an amount is a string or a number in inputs, and a string in answers
const created = await ask(Create, { contract: { clientId: 1, totalAmount: 1000.5 } });
const { id = 0, totalAmount = '' } = created.data.createContract?.contract ?? {};

const Sign = graphql(`mutation Sign($contractId: Int!) {
  signContract(input: { contractId: $contractId }) { contract { status signedAt } }
}`);
const signed = (await ask(Sign, { contractId: id })).data.signContract?.contract;
const minutes = (Date.now() - Date.parse(signed?.signedAt ?? '')) / 60_000;
const refused = (await ask(Sign, { contractId: 2 })).errors?.[0].extensions;
// @ts-expect-error An id is a number.
const wrong = await ask(Sign, { contractId: 'one' });

const result = {
  me: login?.employee.fullName,
  contracts,
  hasReadAll: read === contracts.length,
  status: signed?.status,
  totalAmount: totalAmount.replace('.', ','),
  isSignedNow: Math.abs(minutes) < 1,
  refused: { code: refused?.code, kind: refused?.kind },
  wrong: wrong.errors?.[0].extensions.code,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
