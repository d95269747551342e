import { catalog } from '../../src/cli/catalog.ts';
import { type Flag, flagName } from '../../src/cli/core/args/flag.ts';

/** Who runs a command. */
export type Person = 'busy sales' | 'sales' | 'busy support' | 'management';

/** A command line of `epic`, and who runs it. */
export interface Case {
  /** What it counts for. */
  group: string;
  argv: readonly string[];
  person: Person;
  /** It can be done once to a record: each time it is sent for another, as the variable `id`. */
  ids?: readonly number[];
}

/** What is looked for, in one database. */
export interface Values {
  clientId: number;
  contractId: number;
  /** Words of one client alone, or nearly so. */
  rareClient: string;
  /** Of the busiest of sales: drafts to sign, a contract with much to be paid, and a client. */
  drafts: readonly number[];
  unpaid: number;
  ownClient: number;
}

/** A word of 14 % of the clients, one of a fifth of the places, one of no record, and a common word misspelt. */
const words = { client: 'banque', event: 'place', nothing: 'xylophone', misspelt: 'vignolbes' };

/** The hot operations, apart from lists. */
const operations = ({
  clientId,
  contractId,
  rareClient,
  unpaid,
  ownClient,
}: Values): [string, Person, string[]][] => [
  ['my day', 'busy sales', []],
  ['my day', 'sales', []],
  ['my day', 'busy support', []],
  ['my day', 'management', []],
  ['view', 'busy sales', ['client', 'view', String(clientId)]],
  ['view', 'busy sales', ['contract', 'view', String(contractId)]],
  ['calendar', 'management', ['event', 'calendar']],
  ['calendar', 'busy support', ['event', 'calendar', '--mine']],
  ['search', 'sales', ['search', words.client]],
  ['search', 'sales', ['search', words.event]],
  ['search', 'sales', ['search', words.client, words.event]],
  ['search', 'sales', ['search', words.client, '--kind', 'contract']],
  ['search', 'sales', ['search', rareClient]],
  ['search', 'sales', ['search', words.nothing]],
  ['search', 'sales', ['search', words.misspelt]],
  ['search', 'sales', ['search', '+33 1 23 45 67 89']],
  ['report', 'management', ['report']],
  ['write', 'busy sales', ['contract', 'pay', String(unpaid), '--amount', '0.01']],
  ['write', 'busy sales', ['client', 'contacted', String(ownClient)]],
];

/** The flags of `epic`'s lists that are no filters. */
const notFilters = /^--(limit|after|all|sort|watch)$/;

/** What a filter is given. Fails for one that it does not know, so that a new one is measured too. */
function typedFor(noun: string, flag: Flag, { clientId, contractId, rareClient }: Values) {
  const name = flagName(flag) ?? '';
  const { choices } = flag.parse as { choices?: readonly string[] };
  if (flag.given === 'switch') return [[name]];
  if (choices) return choices.map((choice) => [name, choice]);
  const texts: Record<string, string[]> = {
    '--client': [String(clientId)],
    '--contract': [String(contractId)],
    '--search': [noun === 'event' ? words.event : words.client, rareClient, words.nothing],
    '--not-contacted-since': ['30d'],
    '--from': ['today'],
    '--to': ['today'],
    '--between': [noun === 'event' ? 'today..+7d' : '-37d..-7d'],
  };
  const known = texts[name];
  if (known === undefined) throw new Error(`The benchmark has no value for ${noun} ${name}.`);
  return known.map((text) => [name, `${text}`]);
}

/**
 * Every list, by every filter that it offers, in every order; `--mine` with each other filter too. Only what is one's own
 * depends on the person: all four ask for it alone in every order (many have none), and with a filter in the usual order;
 * the busiest of sales asks for the rest.
 */
async function lists(values: Values): Promise<Case[]> {
  const cases: Case[] = [];
  const nouns = catalog.flatMap((section) => ('nouns' in section ? section.nouns : []));
  for (const entry of nouns.filter(({ name }) => !/session|factor|service/.test(name))) {
    const { commands } = await entry.load();
    const verb = commands.find(({ name }) => name === 'list');
    if (verb === undefined) continue;
    const { sort, mine, ...others } = verb.flags as Record<string, Flag>;
    const filters = Object.values(others)
      .filter((flag) => !notFilters.test(flagName(flag) ?? ''))
      .flatMap((flag) => typedFor(entry.name, flag, values));
    const { offers = [] } = (sort?.parse ?? {}) as { offers?: readonly string[] };
    const orders = [[], ...offers.map((offer) => ['--sort', offer])];
    for (const filter of [[], ...filters]) {
      for (const order of orders) {
        const argv = [entry.name, 'list', ...filter, ...order];
        const group = `${entry.name} list`;
        cases.push({ group, argv, person: 'management' });
        if (mine === undefined) continue;
        const people: Person[] =
          order.length === 0 || filter.length === 0
            ? ['busy sales', 'sales', 'busy support', 'management']
            : ['busy sales'];
        const own = [entry.name, 'list', '--mine', ...filter, ...order];
        for (const person of people) cases.push({ group, argv: own, person });
      }
    }
  }
  return cases;
}

/** All that is measured, with the values of one database. */
export async function commandsOf(values: Values): Promise<Case[]> {
  const sign = ['contract', 'sign', String(values.drafts[0])];
  return [
    { group: 'write', person: 'busy sales', argv: sign, ids: values.drafts.slice(1) },
    ...operations(values).map(([group, person, argv]) => ({ group, person, argv })),
    ...(await lists(values)),
  ];
}
