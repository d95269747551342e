import type { Api } from '../../core/api/api.ts';
import type { Services } from '../../core/command/command.ts';
import { recordNotFound } from '../../core/command/view.ts';
import { CliError, cancelled } from '../../core/errors.ts';
import type { OutlineLine } from '../../core/output/outline.ts';
import {
  EmployeeColleagues,
  type EmployeeFieldsFragment,
  EmployeeLeaving,
  type EmployeeLeavingQuery,
} from '../../operations/index.ts';

type Leaver = NonNullable<EmployeeLeavingQuery['employee']>;

/** `3 clients`, `1 open event`. */
const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** The first few by name, and how many more there are. */
function named(names: readonly string[], total: number): string {
  const shown = names.slice(0, total > names.length ? 3 : names.length);
  const more = total - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function whatMoves({ clients, events }: Leaver): { summary: string; lines: OutlineLine[] } {
  const kinds = [
    {
      what: 'client',
      label: 'Clients',
      total: clients.totalCount,
      names: clients.nodes.map((client) => client?.companyName ?? client?.fullName ?? ''),
    },
    {
      what: 'open event',
      label: 'Open events',
      total: events.totalCount,
      names: events.nodes.map((event) => `“${event?.title}”`),
    },
  ].filter(({ total }) => total > 0);
  return {
    summary: kinds.map(({ total, what }) => counted(total, what)).join(' and '),
    lines: kinds.map(({ label, names, total }) => [label, named(names, total)]),
  };
}

/** Asks who of the same department takes over. */
async function askForSuccessor(
  { api, prompts }: Services,
  { id, department, fullName }: EmployeeFieldsFragment,
): Promise<{ id: number; fullName: string }> {
  const { employees } = await api.send(EmployeeColleagues, { department });
  const colleagues = employees?.nodes.filter((each) => each !== null && each.id !== id) ?? [];
  const choices = colleagues.map((each) => `${each?.fullName} (employee ${each?.id})`);
  if (choices.length === 0) {
    throw new CliError({
      code: 'CONFLICT',
      message: `There is nobody else in ${department} to whom ${fullName} could hand over.`,
      hint: `Enter somebody first: epic employee create --department ${department}`,
    });
  }
  const chosen = await prompts.choice('Who takes over?', choices);
  const successor = colleagues[choices.indexOf(chosen)];
  if (!successor) throw cancelled();
  return successor;
}

async function leaverAndSuccessor(api: Api, id: number, to: number | undefined) {
  const { employee, successor } = await api.send(EmployeeLeaving, { id, to: to ?? 0 });
  if (!employee) throw recordNotFound('employee', id);
  if (to !== undefined && !successor) throw recordNotFound('employee', to);
  return { leaver: employee, successor };
}

/**
 * Shows what somebody who leaves still looks after, asks who takes it over where nobody is named, and whether to go
 * on. Gives the id of the successor, if there has to be one.
 */
export async function agreeOnLeaving(
  services: Services,
  about: { id: number; handoverTo: number | undefined; name(successor: number): void },
): Promise<number | undefined> {
  const { api, output, prompts } = services;
  const { leaver, successor } = await leaverAndSuccessor(api, about.id, about.handoverTo);
  const { summary, lines } = whatMoves(leaver);
  let question = `Deactivate employee ${leaver.id} (${leaver.fullName}, ${leaver.department})?`;
  let to = successor;
  if (summary !== '') {
    const contracts = leaver.clients.totalCount > 0 ? '; contracts go with their clients' : '';
    output.note(`${leaver.fullName} still looks after ${summary}${contracts}:`);
    output.outline(lines);
    if (!to) {
      const chosen = await askForSuccessor(services, leaver);
      about.name(chosen.id);
      to = { ...leaver, ...chosen };
    }
    question = `Hand ${summary} over to ${to.fullName}, and deactivate ${leaver.fullName}?`;
  }
  if (!(await prompts.confirm(question))) throw cancelled('Nothing was changed.');
  return to?.id;
}
