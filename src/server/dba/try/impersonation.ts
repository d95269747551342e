import { type Client, DatabaseError, escapeLiteral } from 'pg';
import { OperatorError } from '../../errors/errors.ts';

/** An employee as whom a DBA can act, with records to try. */
export type Impersonation = {
  employee: Employee;
  /** The id of a record of theirs and of one that is not; null when there is none. */
  own: number | null;
  other: number | null;
};

export type Employee = {
  id: number;
  name: string;
  email: string;
  department: string;
};

/** A statement to try, and why. */
type Suggestion = { why: string; statement: string };

/**
 * Reads an employee and records of theirs as that employee. Throws an OperatorError when there is none with the address,
 * or they cannot log in.
 */
export async function readImpersonation(client: Client, email: string): Promise<Impersonation> {
  await client.query('begin');
  try {
    await client.query('select dba.impersonate($1)', [email]);
    const found = await client.query<Employee>(
      `select id, full_name as name, email, department
       from crm.employee where id = crm.current_employee_id()`,
    );
    const [employee] = found.rows;
    if (employee === undefined) throw new Error('An employee cannot read their own record.');
    const { rows } = await client.query<Pick<Impersonation, 'own' | 'other'>>(
      employee.department === 'support'
        ? recordsOf('crm.event', 'support_contact_id')
        : recordsOf('crm.client', 'commercial_contact_id'),
    );
    return { own: null, other: null, ...rows[0], employee };
  } catch (error) {
    throw error instanceof DatabaseError
      ? new OperatorError(error.message, error.hint, error)
      : error;
  } finally {
    await client.query('rollback');
  }
}

function recordsOf(table: string, contact: string): string {
  return `
    select min(id) filter (where ${contact} = crm.current_employee_id()) as own,
           min(id) filter (where ${contact} is distinct from crm.current_employee_id()) as other
    from ${table}`;
}

/** The input for psql: a transaction as the employee that is rolled back. */
export function impersonationScript(impersonation: Impersonation): string {
  const { employee } = impersonation;
  return [
    ...openingLines(impersonation),
    '',
    `-- Now you are ${employee.name}, ${employee.department}. Worth trying:`,
    ...suggestions(impersonation).flatMap(({ why, statement }) => ['', `-- ${why}`, statement]),
    '',
    '-- What you did is undone, and you are yourself again:',
    'rollback;',
    '',
  ].join('\n');
}

/** Its first lines, with which psql is opened. */
export function openingLines({ employee }: Impersonation): string[] {
  return [
    // a refused statement does not abort the transaction
    '\\set ON_ERROR_ROLLBACK on',
    'begin;',
    `select dba.impersonate(${escapeLiteral(employee.email)});`,
  ];
}

function suggestions({ employee, own, other }: Impersonation): Suggestion[] {
  switch (employee.department) {
    case 'sales':
      return [
        {
          why: 'the clients you look after',
          statement:
            'select id, full_name from crm.client\nwhere commercial_contact_id = crm.current_employee_id();',
        },
        ...update('client', 'phone', own, 'yours: updated'),
        ...update('client', 'phone', other, "a colleague's client: no row is updated"),
        ...explain('client', other),
      ];
    case 'support':
      return [
        {
          why: 'the events you run',
          statement:
            'select id, title from crm.event\nwhere support_contact_id = crm.current_employee_id();',
        },
        ...update('event', 'notes', own, 'yours: updated'),
        ...update('event', 'notes', other, "a colleague's event: no row is updated"),
        ...explain('event', other),
      ];
    case 'management':
      return [
        {
          why: 'all active employees',
          statement: 'select id, full_name, department from crm.employee where active;',
        },
        ...update('client', 'commercial_contact_id', other, 'management may hand it over'),
        ...update('client', 'phone', other, 'but may not change the rest: refused'),
        ...explain('client', other, 'phone'),
      ];
    default:
      return explain('client', other);
  }
}

// changes nothing; shows whether it is allowed
function update(record: string, column: string, id: number | null, why: string): Suggestion[] {
  if (id === null) return [];
  return [{ why, statement: `update crm.${record} set ${column} = ${column} where id = ${id};` }];
}

function explain(record: string, id: number | null, column?: string): Suggestion[] {
  if (id === null) return [];
  const columns = column === undefined ? '' : `, array['${column}']`;
  const statement = [
    'select name, role, holds, sentence',
    `from crm.explain_access('${record}', 'update', ${id}${columns});`,
  ];
  return [{ why: 'and why', statement: statement.join('\n') }];
}
