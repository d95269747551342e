import type { Api } from '../../core/api/api.ts';
import type { Flag } from '../../core/args/flag.ts';
import type { Services } from '../../core/command/command.ts';
import { assertMayBegin } from '../../core/command/permission.ts';
import { recordNotFound } from '../../core/command/record.ts';
import { CliError, cancelled } from '../../core/errors.ts';
import { boundedCount } from '../../core/output/format.ts';
import type { LabelledText } from '../../core/output/record.ts';
import {
  type Department,
  EmployeeColleagues,
  type EmployeeFieldsFragment,
  EmployeeLeaving,
  type EmployeeLeavingQuery,
} from '../../operations/index.ts';

type Leaver = NonNullable<EmployeeLeavingQuery['employee']>;
type Successor = Pick<EmployeeFieldsFragment, 'id' | 'fullName'>;

/** `3 clients`, `1 open event`. */
const counted = (count: number, what: string) =>
  `${boundedCount(count)} ${what}${count === 1 ? '' : 's'}`;

/** The first few by name, and how many more there are. */
function named(names: readonly string[], total: number): string {
  const shown = names.slice(0, total > names.length ? 3 : names.length);
  const more = total - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${boundedCount(total, shown.length)} more` : ''}`;
}

function workOf({ clients, events }: Leaver): { summary: string; lines: LabelledText[] } {
  const kinds = [
    {
      what: 'client',
      label: 'Clients',
      total: clients.totalCount,
      names: clients.nodes.map((client) => client.companyName ?? client.fullName),
    },
    {
      what: 'open event',
      label: 'Open events',
      total: events.totalCount,
      names: events.nodes.map((event) => `“${event.title}”`),
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
): Promise<Successor> {
  const { employees } = await api.send(EmployeeColleagues, { department });
  const colleagues = employees.nodes.filter((each) => each.id !== id);
  const choices = colleagues.map((each) => `${each.fullName} (employee ${each.id})`);
  if (choices.length === 0) {
    throw new CliError({
      code: 'CONFLICT',
      message: `There is no other employee in ${department} to whom ${fullName} could hand over.`,
      hint: `Create one first: epic employee create --department ${department}`,
    });
  }
  const chosen = await prompts.choice('Who takes over?', choices);
  const successor = colleagues[choices.indexOf(chosen)];
  if (!successor) throw cancelled();
  return successor;
}

async function leaverAndSuccessor(api: Api, id: number, to: number | undefined) {
  const { employee, successor, me } = await api.send(EmployeeLeaving, { id, to: to ?? 0 });
  if (!employee) throw recordNotFound('employee', id);
  if (to !== undefined && !successor) throw recordNotFound('employee', to);
  return { leaver: employee, successor: successor ?? null, isMe: me?.id === id };
}

const ofOneself = 'You are logged out at once, and only another manager can let you in again.';

/** Shows the work that an employee hands over, and asks who takes it over unless that is said. */
async function agreeOnSuccessor(
  services: Services,
  leaver: Leaver,
  { successor, flag }: { successor: Successor | null; flag: Flag },
): Promise<Successor> {
  const { output, draft } = services;
  const { summary, lines } = workOf(leaver);
  const contracts = leaver.clients.totalCount > 0 ? '; contracts go with their clients' : '';
  output.note(`${leaver.fullName} still looks after ${summary}${contracts}:`);
  output.labelled(lines);
  if (successor) return successor;
  const chosen = await askForSuccessor(services, leaver);
  draft.answer(flag, String(chosen.id));
  return chosen;
}

async function confirmed({ prompts }: Services, question: string): Promise<void> {
  if (!(await prompts.confirm(question))) throw cancelled('Nothing was changed.');
}

/**
 * Asks before an employee is deactivated, and who takes over what they still look after. Returns the id of the
 * successor, if there has to be one.
 */
export async function agreeOnLeaving(
  services: Services,
  { id, successor: to, flag }: { id: number; successor: number | undefined; flag: Flag },
): Promise<number | undefined> {
  const { leaver, successor, isMe } = await leaverAndSuccessor(services.api, id, to);
  const { fullName, department } = leaver;
  const { summary } = workOf(leaver);
  if (summary === '') {
    await confirmed(
      services,
      isMe
        ? `Deactivate yourself (${fullName}, ${department})? ${ofOneself}`
        : `Deactivate employee ${id} (${fullName}, ${department})? They are logged out at once.`,
    );
    return successor?.id;
  }
  const next = await agreeOnSuccessor(services, leaver, { successor, flag });
  await confirmed(
    services,
    `Hand ${summary} over to ${next.fullName}, and deactivate ${isMe ? `yourself? ${ofOneself}` : `${fullName}?`}`,
  );
  return next.id;
}

/** The same before a move to another department, which asks nothing where nothing is handed over. */
export async function agreeOnMove(
  services: Services,
  { id, department, flag }: { id: number; department: Department; flag: Flag },
): Promise<number | undefined> {
  const { leaver } = await leaverAndSuccessor(services.api, id, undefined);
  const { summary } = workOf(leaver);
  if (summary === '' || leaver.department === department) return undefined;
  await assertMayBegin(
    services.api,
    { noun: 'employee', id, fields: [] },
    { record: 'employee', verb: 'move', rowId: id, fields: [], values: {} },
  );
  const next = await agreeOnSuccessor(services, leaver, { successor: null, flag });
  const move = `move ${leaver.fullName} to ${department}`;
  await confirmed(services, `Hand ${summary} over to ${next.fullName}, and ${move}?`);
  return next.id;
}
