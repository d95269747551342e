import type { Operation } from './operations.ts';
import type { Value } from './truth-table.ts';

/** A mutation of the API, by name, and its input. */
export interface MutationCall {
  name: string;
  input: Readonly<Record<string, unknown>>;
}

type MutationsByColumn = Record<string, (id: number, value: Value) => MutationCall | null>;

const statuses: Record<string, string> = { signed: 'sign', cancelled: 'cancel' };

/** The columns that only a mutation of their own changes; null where a value has none. */
const mutationsByColumn: Partial<Record<string, MutationsByColumn>> = {
  client: {
    commercial_contact_id: (clientId, to) =>
      to === null ? null : { name: 'hand over client', input: { clientId, toEmployeeId: to } },
  },
  contract: {
    status: (contractId, status) => {
      const verb = statuses[String(status)];
      return verb === undefined ? null : { name: `${verb} contract`, input: { contractId } };
    },
  },
  event: {
    support_contact_id: (eventId, employeeId) =>
      employeeId === null
        ? { name: 'unassign support', input: { eventId } }
        : { name: 'assign support', input: { eventId, employeeId } },
  },
  note: {
    done_at: (noteId, doneAt) => ({
      name: `${doneAt === null ? 'reopen' : 'finish'} note`,
      input: { noteId },
    }),
  },
  employee: {
    active: (employeeId, active) => ({
      name: active === true ? 'activate employee' : 'deactivate employee',
      input: { employeeId },
    }),
    department: (employeeId, department) => ({
      name: 'move employee',
      input: { employeeId, department },
    }),
  },
};

/** The mutation for an update: `patch` for a plain update, null where no single mutation does all of it. */
export function mutationFor({
  record,
  id,
  values,
}: Extract<Operation, { verb: 'update' }>): MutationCall | 'patch' | null {
  const [[column, value] = ['', null], ...others] = Object.entries(values);
  const own = mutationsByColumn[record] ?? {};
  if (!Object.keys(values).some((each) => each in own)) return 'patch';
  if (others.length > 0 || typeof id !== 'number') return null;
  return own[column]?.(id, value) ?? null;
}
