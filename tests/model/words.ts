import type { Company } from './company.ts';
import type { Values } from './model.ts';
import type { Operation, Step } from './operations.ts';

/** A step as a sentence: `Chloe (support) updates event 3: notes = "x" through GraphQL`. */
export function sentence(step: Step, company: Company): string {
  const session = step.firstSession ? ', in their first session,' : '';
  return `${subject(step.by, company)}${session} ${deed(step.operation)} through ${step.through}`;
}

function subject(id: number | null, { employee }: Company): string {
  if (id === null) return 'A stranger';
  const person = employee.get(id);
  if (person === undefined) return `Employee ${id} (gone)`;
  const { full_name, department, active } = person;
  return `${JSON.stringify(full_name).slice(1, -1)} (${department}${active ? '' : ', inactive'})`;
}

function deed(operation: Operation): string {
  switch (operation.verb) {
    case 'read':
      return `reads every ${operation.record}`;
    case 'read history':
      return `reads the history of ${operation.record} ${operation.id}`;
    case 'create':
      return `creates ${operation.record}: ${written(operation.values)}`;
    case 'update':
      return `updates ${target(operation)}: ${written(operation.values)}`;
    case 'delete':
      return `deletes ${target(operation)}`;
    case 'erase':
      return `erases client ${operation.id}${operation.confirm ? '' : ', without confirming it,'}`;
    case 'deactivate':
      return operation.handOverTo === null
        ? `deactivates employee ${operation.id}`
        : `deactivates employee ${operation.id}, handing over to employee ${operation.handOverTo},`;
    case 'rewrite history':
      return `rewrites the history of client ${operation.id} (${operation.with})`;
    case 'overwrite password':
      return `overwrites the password of employee ${operation.id}`;
    case 'log in':
      return 'logs in';
    case 'log out':
      return 'logs out';
    case 'change password':
      return 'changes their password';
  }
}

function target({ record, id }: { record: string; id: number | 'all' }): string {
  return id === 'all' ? `every ${record}` : `${record} ${id}`;
}

function written(values: Values): string {
  return Object.entries(values)
    .map(([column, value]) => `${column} = ${JSON.stringify(value)}`)
    .join(', ');
}
