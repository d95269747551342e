import type { Api } from '../../core/api/api.ts';
import { optional, required, toggle } from '../../core/args/flag.ts';
import { email, idOf, line, oneOf, orNothing, phone } from '../../core/args/parsers.ts';
import { change } from '../../core/command/change.ts';
import type { Noun } from '../../core/command/command.ts';
import { assertCanConfirm, confirm, yes } from '../../core/command/confirm.ts';
import { edit } from '../../core/command/edit.ts';
import { list } from '../../core/command/list.ts';
import { assertMayBegin } from '../../core/command/permission.ts';
import { confirmationQuestion, view } from '../../core/command/view.ts';
import { usageError } from '../../core/errors.ts';
import type { Column } from '../../core/output/columns.ts';
import {
  Department,
  EmployeeActivate,
  EmployeeCreate,
  EmployeeDeactivate,
  EmployeeDelete,
  EmployeeList,
  EmployeeMove,
  type EmployeePatch,
  EmployeeResetPassword,
  EmployeeUpdate,
  EmployeeView,
} from '../../operations/index.ts';
import { columns, type Employee, summaryOf } from './fields.ts';

// The first is what Enter chooses in a prompt: never the department with the most power.
const departments = oneOf(
  ...Object.values(Department).sort(
    (a, b) => Number(a === 'management') - Number(b === 'management'),
  ),
);
const employeeId = required('<id>', "the employee's id, or a part of the name", idOf('employee'));
const fetchEmployee = async (api: Api, id: number) =>
  (await api.send(EmployeeView, { id })).employee;

const question = confirmationQuestion('employee', fetchEmployee, summaryOf);

const listEmployees = list({
  summary: 'List employees',
  flags: {
    department: optional('--department <name>', 'only of this department', departments),
    inactive: toggle('--inactive', 'those who have left, instead of those who are here'),
  },
  columns,
  sort: { id: 'ID', fullName: 'FULL_NAME', department: 'DEPARTMENT', active: 'ACTIVE' },
  sortedBy: 'ID_ASC',
  ifEmpty: 'No employee matches.',
  examples: [
    ['employee list --department support', 'who can run an event'],
    ['employee list --json', ''],
  ],
  fetch: async (api, { department, inactive }, page) => {
    const condition = { department, active: !inactive };
    return (await api.send(EmployeeList, { ...page, condition })).employees;
  },
});

const viewEmployee = view({ noun: 'employee', id: employeeId, columns, fetch: fetchEmployee });

type NewEmployee = Employee & { oneTimePassword: string };

const withPassword: readonly Column<NewEmployee>[] = [
  ...(columns as readonly Column<NewEmployee>[]),
  {
    key: 'oneTimePassword',
    label: 'One-time password',
    kind: 'text',
    value: (e) => e.oneTimePassword,
  },
];

const shownOnce = ({ oneTimePassword }: NewEmployee) =>
  `  Password for one login within seven days, shown only now: ${oneTimePassword}`;

const createEmployee = change({
  noun: 'employee',
  name: 'create',
  summary: 'Enter an employee, with a password for their first login',
  flags: {
    name: required('--name <name>', 'first and last name', line(200)),
    email: required('--email <address>', 'e-mail address, to log in with', email),
    phone: optional('--phone <number>', 'telephone number, for colleagues', phone),
    department: required('--department <name>', 'department', departments),
  },
  columns: withPassword,
  examples: [
    ['employee create --name "Zoé Martin" --email zoe@epic.example --department support', ''],
  ],
  question: () => 'Create an employee?',
  deed: {
    verb: 'create',
    writes: ({ name, email, phone, department }) => ({ fullName: name, email, phone, department }),
  },
  send: async (api, _, input) => {
    const { createEmployee: created } = await api.send(EmployeeCreate, { input });
    if (!created?.employee) return null;
    return { ...created.employee, oneTimePassword: created.oneTimePassword };
  },
  done: (employee) =>
    `Employee ${employee.id} created: ${summaryOf(employee)}.\n${shownOnce(employee)}`,
});

const handoverTo = optional(
  '--handover-to <employee>',
  'the colleague who takes over their clients or open events',
  idOf('employee'),
);

type EmployeeChanges = Omit<EmployeePatch, 'version'> & {
  department: Department | undefined;
  active: true | undefined;
  version?: number | undefined;
};

/** Letting somebody in again and moving them have mutations of their own; the version is checked by the first that runs. */
async function sendEmployee(
  api: Api,
  id: number,
  { department, active, ...patch }: EmployeeChanges,
  { handoverTo: handOverTo }: { handoverTo?: number | undefined },
) {
  if (handOverTo !== undefined && department === undefined) {
    throw usageError(
      '--handover-to is for a change of department.',
      `epic employee update ${id} --department …`,
    );
  }
  let employee: Employee | null | undefined;
  if (Object.values(patch).some((value) => value !== undefined)) {
    employee = (await api.send(EmployeeUpdate, { id, patch })).updateEmployee?.employee;
    if (!employee) return employee;
  }
  if (active) {
    employee = (await api.send(EmployeeActivate, { id })).activateEmployee?.employee;
  }
  if (department !== undefined) {
    const moved = await api.send(EmployeeMove, { id, department, handOverTo });
    employee = moved.moveEmployee?.employee;
  }
  return employee;
}

const updateEmployee = edit({
  noun: 'employee',
  id: employeeId,
  summary: 'Change an employee',
  flags: {
    name: optional('--name <name>', 'first and last name', line(200)),
    email: optional('--email <address>', 'e-mail address, to log in with', email),
    phone: optional('--phone <number>', 'telephone number; "" for none', orNothing(phone)),
    department: optional('--department <name>', 'department', departments),
    handoverTo,
    reactivate: toggle('--reactivate', 'let somebody who had left log in again'),
  },
  columns,
  examples: [
    ['employee update 9 --department sales', 'their next command asks them to log in again'],
    ['employee update 9 --department sales --handover-to 11', 'employee 11 takes over their work'],
    ['employee update 9 --reactivate', ''],
  ],
  writes: ({ name, email, phone, department, reactivate }) => ({
    fullName: name,
    email,
    phone,
    department,
    active: reactivate || undefined,
  }),
  fetch: fetchEmployee,
  send: sendEmployee,
  done: (employee) => `Employee ${employee.id} updated: ${summaryOf(employee)}.`,
});

const resetPassword = change({
  noun: 'employee',
  name: 'reset-password',
  summary: 'Give somebody who has forgotten theirs a password for one login',
  flags: { id: employeeId, yes },
  columns: withPassword,
  examples: [['employee reset-password 9', 'they are logged out everywhere, and a lock ends']],
  deed: null,
  send: async (api, { id }, _, invocation) => {
    await confirm(invocation, () => question(api, 'Reset the password of', id));
    const { resetPassword: reset } = await api.send(EmployeeResetPassword, { id });
    return reset?.employee && { ...reset.employee, oneTimePassword: reset.oneTimePassword };
  },
  done: (employee) =>
    `The password of employee ${employee.id} is reset: ${summaryOf(employee)}.\n${shownOnce(employee)}`,
});

const deactivateEmployee = change({
  noun: 'employee',
  name: 'deactivate',
  summary: 'Close the account of somebody who leaves',
  flags: { id: employeeId, handoverTo, yes },
  columns,
  examples: [
    ['employee deactivate 9', 'shows what they look after, and asks who takes it over'],
    ['employee deactivate 9 --handover-to 11 --yes', 'employee 11 takes over, and 9 is logged out'],
  ],
  deed: { verb: 'deactivate', writes: () => ({}) },
  send: async (api, flags, _, invocation) => {
    const { id } = flags;
    let handOverTo = flags.handoverTo;
    if (!flags.yes) {
      assertCanConfirm(invocation.prompts);
      const question = {
        record: 'employee' as const,
        verb: 'deactivate' as const,
        rowId: id,
        fields: [],
        values: {},
      };
      await assertMayBegin(api, { noun: 'employee' as const, id }, question);
      const { agreeOnLeaving } = await import('./handover.ts');
      handOverTo = await agreeOnLeaving(invocation, {
        id,
        handoverTo: handOverTo,
        name: (successor) => invocation.draft.answer(handoverTo, String(successor)),
      });
    }
    return (await api.send(EmployeeDeactivate, { id, handOverTo })).deactivateEmployee?.employee;
  },
  done: (employee, { handoverTo: to }) =>
    `Employee ${employee.id} deactivated: ${summaryOf(employee)}.${to ? ` Employee ${to} takes over.` : ''}`,
});

const deleteEmployee = change({
  noun: 'employee',
  name: 'delete',
  summary: 'Delete an employee whom no record mentions',
  flags: { id: employeeId, yes },
  columns,
  examples: [['employee delete 9 --yes', '']],
  deed: { verb: 'delete', writes: () => ({}) },
  send: async (api, { id }, _, invocation) => {
    await confirm(invocation, () => question(api, 'Delete', id));
    return (await api.send(EmployeeDelete, { id })).deleteEmployee?.employee;
  },
  done: (employee) => `Employee ${employee.id} deleted: ${summaryOf(employee)}.`,
});

export const employee: Noun = {
  fields: columns,
  commands: [
    listEmployees,
    viewEmployee,
    createEmployee,
    updateEmployee,
    resetPassword,
    deactivateEmployee,
    deleteEmployee,
  ],
};
