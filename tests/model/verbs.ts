import type { Value } from './model.ts';
import type { Operation } from './operations.ts';

/** A mutation of the API, by its words, and what it needs. */
export interface VerbCall {
  name: string;
  input: Readonly<Record<string, unknown>>;
}

type Verbs = Record<string, (id: number, value: Value) => VerbCall | null>;

const statuses: Record<string, string> = { signed: 'sign', cancelled: 'cancel' };

/** The columns that are changed by a verb of their own, and by no other mutation; null where there is none for a value. */
const verbs: Partial<Record<string, Verbs>> = {
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

/**
 * How the API does an update: by which verb; `patch` where it is a patch; null where it has no one mutation for all
 * of it.
 */
export function callFor({
  record,
  id,
  values,
}: Extract<Operation, { verb: 'update' }>): VerbCall | 'patch' | null {
  const [[column, value] = ['', null], ...others] = Object.entries(values);
  const own = verbs[record] ?? {};
  if (!Object.keys(values).some((each) => each in own)) return 'patch';
  if (others.length > 0 || typeof id !== 'number') return null;
  return own[column]?.(id, value) ?? null;
}
