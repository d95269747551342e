import { email, line, oneOf, phone } from '../../core/args/parsers.ts';
import { defineFields } from '../../core/command/fields.ts';
import {
  type CreateEmployeeInput,
  Department,
  type EmployeeFieldsFragment,
  type EmployeeOrderBy,
  type EmployeePatch,
} from '../../operations/index.ts';

export type Employee = EmployeeFieldsFragment;

/** What `update` writes: the department by a mutation of its own. */
export type EmployeeUpdate = EmployeePatch & { department?: Department };

// the first is what Enter chooses in a prompt: never the department with the most power
export const departments = oneOf(
  ...Object.values(Department).sort(
    (a, b) => Number(a === 'management') - Number(b === 'management'),
  ),
);

export const fields = defineFields<
  Employee,
  CreateEmployeeInput,
  EmployeeUpdate,
  EmployeeOrderBy
>()(
  {
    id: { kind: 'id', priority: 0, sort: 'ID' },
    name: {
      api: 'fullName',
      kind: 'text',
      priority: 0,
      sort: 'FULL_NAME',
      flag: '--name <name>',
      help: 'first and last name',
      parse: line(200),
      create: 'required',
      update: 'set',
    },
    department: {
      kind: 'text',
      priority: 2,
      sort: 'DEPARTMENT',
      flag: '--department <name>',
      help: 'department',
      parse: departments,
      create: 'required',
      update: 'set',
    },
    email: {
      kind: 'text',
      priority: 1,
      whole: true,
      flag: '--email <address>',
      help: 'e-mail address, to log in with',
      parse: email,
      create: 'required',
      update: 'set',
    },
    phone: {
      kind: 'phone',
      priority: 3,
      flag: '--phone <number>',
      help: 'telephone number, for colleagues',
      updateHelp: 'telephone number',
      parse: phone,
      create: 'optional',
      update: 'set or clear',
    },
    active: { kind: 'flag', priority: 4, sort: 'ACTIVE' },
    created: { api: 'createdAt', kind: 'instant', priority: 5, column: 'creation_date' },
    version: { kind: 'number' },
  },
  ['name', 'email', 'phone'],
);

/** One in a sentence. */
export const summaryOf = ({ fullName, department }: Employee) => `${fullName}, ${department}`;
