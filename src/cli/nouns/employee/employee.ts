import { control, optional, required, toggle } from '../../core/args/flag.ts';
import { idOf } from '../../core/args/parsers.ts';
import { change, create } from '../../core/command/change.ts';
import type { Noun } from '../../core/command/command.ts';
import { assertCanConfirm, yes } from '../../core/command/confirm.ts';
import { defineFields } from '../../core/command/fields.ts';
import { list } from '../../core/command/list.ts';
import { recordNoun } from '../../core/command/record.ts';
import { update } from '../../core/command/update.ts';
import { view } from '../../core/command/view.ts';
import { usageError } from '../../core/errors.ts';
import type { Column } from '../../core/output/columns.ts';
import {
  EmployeeActivate,
  EmployeeCreate,
  EmployeeDeactivate,
  EmployeeDelete,
  EmployeeList,
  EmployeeMove,
  EmployeeResetPassword,
  EmployeeUpdate,
  EmployeeView,
  Me,
} from '../../operations/index.ts';
import { departments, type Employee, fields, summaryOf } from './fields.ts';
import { history } from './history.ts';
import { employeeSheet } from './sheet.ts';

const noun = recordNoun({
  name: 'employee',
  fields,
  id: required('<id>', "the employee's id, or a part of the name", idOf('employee')),
  fetch: async (api, id) => (await api.send(EmployeeView, { id })).employee,
  summaryOf,
});

const listEmployees = list(fields, {
  summary: 'List employees',
  flags: {
    department: optional('--department <name>', 'only of this department', departments),
    inactive: toggle('--inactive', 'those who have left, instead of those who are here'),
  },
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

type WithPassword = Employee & { oneTimePassword: string };

const columnsWithPassword: readonly Column<WithPassword>[] = [
  ...fields.columns,
  ...defineFields<WithPassword>()({
    oneTimePassword: { kind: 'text', label: 'One-time password' },
  }).columns,
];

const shownOnce = ({ oneTimePassword }: WithPassword) =>
  `  Password for one login within seven days, shown only now: ${oneTimePassword}`;

const createEmployee = create(noun, {
  summary: 'Enter an employee, with a password for their first login',
  columns: columnsWithPassword,
  examples: [
    ['employee create --name "Zoé Martin" --email zoe@epic.example --department support', ''],
  ],
  question: () => 'Create an employee?',
  send: async (api, employee) => {
    const input = fields.input(employee);
    const { createEmployee: created } = await api.send(EmployeeCreate, { input });
    return created?.employee && { ...created.employee, oneTimePassword: created.oneTimePassword };
  },
  done: (employee, _, sentence) => `${sentence(employee, 'created')}\n${shownOnce(employee)}`,
});

const handoverTo = control(
  optional(
    '--handover-to <employee>',
    'the colleague who takes over their clients or open events',
    idOf('employee'),
  ),
);

const updateEmployee = update(noun, {
  summary: 'Change an employee',
  flags: {
    handoverTo,
    active: toggle('--reactivate', 'let a former employee log in again'),
  },
  examples: [
    ['employee update 9 --department sales', 'their next command asks them to log in again'],
    ['employee update 9 --department sales --handover-to 11', 'employee 11 takes over their work'],
    ['employee update 9 --reactivate', ''],
  ],
  confirm: {
    isHarmless: true,
    async question({ id, fullName, department: from }, { department: to }, api) {
      if (to === undefined || to === from) return undefined;
      const { me } = await api.send(Me, {});
      if (me?.id !== id) return undefined;
      return `Move yourself (${fullName}) from ${from} to ${to}? You log in again, and may then do what ${to} may, no longer what ${from} may; only management can move you back.`;
    },
  },
  async send(api, { id, department, active, handoverTo: successor, ...patch }, invocation) {
    if (successor !== undefined && department === undefined) {
      throw usageError(
        '--handover-to is for a change of department.',
        `epic employee update ${id} --department …`,
      );
    }
    let handOverTo = successor;
    if (department !== undefined && handOverTo === undefined && invocation.prompts.possible) {
      const { agreeOnMove } = await import('./handover.ts');
      handOverTo = await agreeOnMove(invocation, { id, department, flag: handoverTo });
    }
    // reactivating and moving have mutations of their own, without a version; they come first, since a move is what
    // the rules refuse most
    let changed: Employee | null | undefined;
    const { version, ...others } = patch;
    if (version !== undefined && (department !== undefined || active)) {
      await api.send(EmployeeUpdate, { id, patch: { version } });
    }
    if (active) changed = (await api.send(EmployeeActivate, { id })).activateEmployee?.employee;
    if (department !== undefined) {
      const moved = await api.send(EmployeeMove, { id, department, handOverTo });
      changed = moved.moveEmployee?.employee;
    }
    if (Object.values(others).every((value) => value === undefined)) return changed;
    try {
      const sent = fields.input(changed ? others : patch);
      return (await api.send(EmployeeUpdate, { id, patch: sent })).updateEmployee?.employee;
    } catch (error) {
      if (changed) invocation.output.note(`Already done: ${summaryOf(changed)}. The rest is not.`);
      throw error;
    }
  },
});

const resetPassword = change(noun, {
  name: 'reset-password',
  summary: 'Reset a forgotten password to one for a single login',
  flags: { id: noun.id },
  columns: columnsWithPassword,
  examples: [['employee reset-password 9', 'they are logged out everywhere, and a lock ends']],
  write: { verb: 'reset_password' },
  confirm: {
    question: (employee) =>
      `Reset the password of employee ${employee.id} (${summaryOf(employee)})? They are logged out everywhere, and log in with the one that is shown here.`,
  },
  send: async (api, { id }): Promise<WithPassword | null | undefined> => {
    const { resetPassword: reset } = await api.send(EmployeeResetPassword, { id });
    return reset?.employee && { ...reset.employee, oneTimePassword: reset.oneTimePassword };
  },
  done: (employee) =>
    `The password of employee ${employee.id} is reset: ${summaryOf(employee)}.\n${shownOnce(employee)}`,
});

const deactivateEmployee = change(noun, {
  name: 'deactivate',
  summary: 'Close the account of an employee who leaves',
  flags: { id: noun.id, handoverTo, yes },
  examples: [
    ['employee deactivate 9', 'shows what they look after, and asks who takes it over'],
    ['employee deactivate 9 --handover-to 11 --yes', 'employee 11 takes over, and 9 is logged out'],
  ],
  write: { verb: 'deactivate' },
  checksFirst: true,
  send: async (api, { id, handoverTo: successor, yes: isSure }, invocation) => {
    let handOverTo = successor;
    if (!isSure) {
      assertCanConfirm(invocation.prompts);
      const { agreeOnLeaving } = await import('./handover.ts');
      handOverTo = await agreeOnLeaving(invocation, { id, successor, flag: handoverTo });
    }
    return (await api.send(EmployeeDeactivate, { id, handOverTo })).deactivateEmployee?.employee;
  },
  done: (employee, { handoverTo: to }, sentence) =>
    `${sentence(employee, 'deactivated')}${to ? ` Employee ${to} takes over.` : ''}`,
});

const reactivateEmployee = change(noun, {
  name: 'reactivate',
  summary: 'Let a former employee log in again',
  flags: { id: noun.id },
  examples: [['employee reactivate 9', 'with the department they had']],
  write: { verb: 'activate' },
  send: async (api, { id }) =>
    (await api.send(EmployeeActivate, { id })).activateEmployee?.employee,
  done: 'reactivated',
});

const deleteEmployee = change(noun, {
  name: 'delete',
  summary: 'Delete an employee whom no record mentions',
  flags: { id: noun.id },
  examples: [['employee delete 9 --yes', '']],
  write: { verb: 'delete' },
  confirm: {
    question: (employee) =>
      `Delete employee ${employee.id} (${summaryOf(employee)})? This cannot be undone.`,
  },
  send: async (api, { id }) => (await api.send(EmployeeDelete, { id })).deleteEmployee?.employee,
  done: 'deleted',
});

export const employee: Noun = {
  fields: fields.columns,
  create: fields.create,
  history,
  commands: [
    listEmployees,
    view(noun, employeeSheet),
    createEmployee,
    updateEmployee,
    resetPassword,
    deactivateEmployee,
    reactivateEmployee,
    deleteEmployee,
  ],
};
