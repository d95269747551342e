import type { Column } from '../../core/output/columns.ts';
import type { EmployeeFieldsFragment } from '../../operations/index.ts';

export type Employee = EmployeeFieldsFragment;

/** What is known of an employee. */
export const columns: readonly Column<Employee>[] = [
  { key: 'id', label: 'ID', kind: 'id', priority: 0, value: (e) => e.id },
  { key: 'fullName', label: 'Name', kind: 'text', priority: 0, value: (e) => e.fullName },
  { key: 'department', label: 'Department', kind: 'text', priority: 1, value: (e) => e.department },
  { key: 'email', label: 'E-mail', kind: 'text', priority: 2, value: (e) => e.email },
  { key: 'phone', label: 'Phone', kind: 'phone', priority: 4, value: (e) => e.phone },
  { key: 'active', label: 'Active', kind: 'flag', priority: 3, value: (e) => e.active },
  {
    key: 'createdAt',
    column: 'creation_date',
    label: 'Created',
    kind: 'instant',
    priority: 5,
    value: (e) => e.createdAt,
  },
  { key: 'version', label: 'Version', kind: 'number', value: (e) => e.version },
];

/** One in a sentence. */
export const summaryOf = ({ fullName, department }: Employee) => `${fullName}, ${department}`;
