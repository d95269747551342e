import type { Action, VirtualUser } from './shared.ts';

// Every read includes a probe that depends on the claims and the role of the transaction: the employee's notifications or
// clients, or whether the history of employees is visible.

type Node = Record<string, unknown>;
type Nodes = { nodes: Node[] };

const lists = [
  'clients(first: 20, orderBy: LAST_UPDATE_DESC) { nodes { id fullName companyName } }',
  'clients(first: 20, condition: { search: "gro" }) { nodes { id fullName } }',
  'contracts(first: 20, condition: { unpaid: true }) { nodes { id amountToBePaid client { fullName } } }',
  'contracts(first: 20, condition: { mine: true, unsigned: true }) { nodes { id totalAmount } }',
  'events(first: 20, condition: { upcoming: true }) { nodes { id title contract { client { fullName } } } }',
  'events(first: 20, condition: { withoutSupport: true }) { nodes { id title } }',
  'events(first: 20, condition: { mine: true }) { nodes { id supportContact { fullName } } }',
  'employees(first: 20, condition: { active: true }) { nodes { id fullName department } }',
];

const probes = [
  'notifications(first: 5) { nodes { recipientId } }',
  'probe: clients(first: 5, condition: { mine: true }) { nodes { commercialId } }',
  'probe: contracts(first: 5, condition: { mine: true }) { nodes { commercialId } }',
  'historyEntries(first: 1, condition: { record: employee }) { nodes { id } }',
];

/** Reads a list. */
export function readSomething({ client, random }: VirtualUser): Action {
  const { id, department } = client.person;
  return async () => {
    const [list, probe] = [random.pick(lists), random.pick(probes)];
    const result = await client.ask<{
      list: Nodes;
      notifications?: Nodes;
      probe?: Nodes;
      historyEntries?: Nodes;
    }>({
      query: `query Read { me { id department } list: ${list} ${probe} }`,
      must: 'succeed',
    });
    if (result.state !== 'done') return;
    const { notifications, probe: own, historyEntries } = result.data;
    const holders = [...(notifications?.nodes ?? []), ...(own?.nodes ?? [])].flatMap((node) =>
      Object.values(node),
    );
    const foreign = holders.find((holder) => holder !== id);
    if (foreign !== undefined)
      client.wrong(`Read shows a record of employee ${foreign} as one of mine.`);
    const isShown = (historyEntries?.nodes.length ?? 0) > 0;
    if (historyEntries && isShown !== (department === 'management')) {
      client.wrong(`Read ${isShown ? 'shows' : 'hides'} the history of employees.`);
    }
  };
}

/** Exchanges the refresh token. */
export function refresh({ client }: VirtualUser): Action {
  return () => client.sessions.refresh();
}

/** Logs out, and checks that the session is refused. */
export function logOut({ client }: VirtualUser): Action {
  return async () => {
    const session = await client.sessions.logOut();
    if (session !== null) await client.useEndedSession(session);
  };
}
