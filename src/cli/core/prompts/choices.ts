import { ClientChoices, ContractChoices, EventChoices } from '../../operations/index.ts';
import type { Api } from '../api/api.ts';
import type { Reference } from '../args/parser.ts';
import { localTime, money } from '../output/format.ts';

/** A record that can be chosen, in the words of a search. */
export interface Choice {
  id: number;
  title: string;
  detail: string;
}

/** Which records of a kind can be chosen. */
export interface Narrowing {
  text: string;
  /** Only those that I look after. */
  mine: boolean;
  first: number;
}

type Nodes<Row> = { nodes: readonly (Row | null)[] } | null | undefined;

const listed = (...texts: readonly (string | null | undefined | false)[]) =>
  texts.filter(Boolean).join(', ');

function choicesOf<Row extends { id: number }>(
  found: Nodes<Row>,
  describe: (row: Row) => Omit<Choice, 'id'>,
): Choice[] {
  return (found?.nodes ?? []).flatMap((row) => (row ? [{ id: row.id, ...describe(row) }] : []));
}

const isPaid = (amount: string) => /^[0.]+$/.test(amount);

/** The records that a command can be about: in the state that it needs, and mine where only they will do. */
export async function choices(
  api: Api,
  { kind, state }: Reference,
  { text, mine, first }: Narrowing,
): Promise<Choice[]> {
  const condition = { ...(text && { search: text }), ...(mine && { mine }) };
  if (kind === 'client') {
    const { clients } = await api.send(ClientChoices, { condition, first });
    return choicesOf(clients, ({ fullName, companyName, email }) => ({
      title: fullName,
      detail: listed(companyName, email),
    }));
  }
  if (kind === 'contract') {
    const inState = state && (state === 'unpaid' ? { unpaid: true } : { status: state });
    const { contracts } = await api.send(ContractChoices, {
      condition: { ...condition, ...inState },
      first,
    });
    return choicesOf(contracts, (contract) => ({
      title: contract.clientName,
      detail: listed(
        contract.status,
        money(contract.totalAmount),
        contract.status === 'signed' &&
          !isPaid(contract.amountToBePaid) &&
          `${money(contract.amountToBePaid)} to be paid`,
      ),
    }));
  }
  if (kind === 'event') {
    // by its words any event is found; without, those that are still to come are offered
    const upcoming = !text && { upcoming: true };
    const { events } = await api.send(EventChoices, {
      condition: { ...condition, ...upcoming },
      first,
    });
    return choicesOf(events, ({ title, startDate, location, contract }) => ({
      title,
      detail: listed(localTime(startDate), location, contract.clientName),
    }));
  }
  return [];
}
