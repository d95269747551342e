import type { Deed, Worker } from './shared.ts';

// Reads, and with each of them something that only the database can answer, from the claims and the role of the
// transaction itself: whose notifications and clients these are, and whether the history of employees is shown.

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

/** Reads a list, as somebody who looks around. */
export function readSomething({ desk, random }: Worker): Deed {
  const { id, department } = desk.person;
  return async () => {
    const [list, probe] = [random.pick(lists), random.pick(probes)];
    const result = await desk.ask<{
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
    const strange = holders.find((holder) => holder !== id);
    if (strange !== undefined) desk.wrong(`Read shows as mine what is ${strange}'s.`);
    const isShown = (historyEntries?.nodes.length ?? 0) > 0;
    if (historyEntries && isShown !== (department === 'management')) {
      desk.wrong(`Read ${isShown ? 'shows' : 'hides'} the history of employees.`);
    }
  };
}

/** Exchanges the refresh token. */
export function refresh({ desk }: Worker): Deed {
  return () => desk.sessions.refresh();
}

/** Logs out, and tries whether the session is over. */
export function logOut({ desk }: Worker): Deed {
  return async () => {
    const session = await desk.sessions.logOut();
    if (session !== null) await desk.tryAgain(session);
  };
}
