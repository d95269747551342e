import { type Client, DatabaseError, escapeLiteral } from 'pg';
import { OperatorError } from '../../errors/errors.ts';

/** Somebody that a DBA can become, and what there is for them to try. */
export type Impersonation = {
  employee: Employee;
  /** A record that they look after and one that they do not; null when there is none. */
  own: number | null;
  other: number | null;
};

export type Employee = {
  id: number;
  name: string;
  email: string;
  department: string;
};

/** What is worth trying, with why. */
type Suggestion = { why: string; statement: string };

/**
 * Becomes somebody for a moment, and looks at what they could try.
 * Throws an OperatorError when nobody has the address, or nobody may become them.
 */
export async function lookUp(client: Client, email: string): Promise<Impersonation> {
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

/** What one types into psql to become somebody: a transaction that ends by giving everything back. */
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

/** The first lines of it, with which psql can be opened. */
export function openingLines({ employee }: Impersonation): string[] {
  return [
    // Without it, the first refusal would be the end of the transaction.
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
        ...update('client', 'phone', own, 'yours to change'),
        ...update(
          'client',
          'phone',
          other,
          'somebody else looks after this one: no row is touched',
        ),
        ...explain('client', other),
      ];
    case 'support':
      return [
        {
          why: 'the events you run',
          statement:
            'select id, title from crm.event\nwhere support_contact_id = crm.current_employee_id();',
        },
        ...update('event', 'notes', own, 'yours to change'),
        ...update('event', 'notes', other, 'somebody else runs this one: no row is touched'),
        ...explain('event', other),
      ];
    case 'management':
      return [
        {
          why: 'everybody who works here',
          statement: 'select id, full_name, department from crm.employee where active;',
        },
        ...update('client', 'commercial_contact_id', other, 'yours to hand over'),
        ...update('client', 'phone', other, 'but no business of yours: refused'),
        ...explain('client', other, 'phone'),
      ];
    default:
      return explain('client', other);
  }
}

// Changes nothing: what counts is whether it may.
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
