import type { Operation, Step } from './operations.ts';
import type { State } from './state.ts';
import type { Values } from './truth-table.ts';

/** A step as a sentence: `Chloe (support) updates event 3: notes = "x" through GraphQL`. */
export function describeStep(step: Step, state: State): string {
  const session = step.firstSession ? ', in their first session,' : '';
  return `${describeActor(step.by, state)}${session} ${describeOperation(step.operation)} via ${step.via}`;
}

function describeActor(id: number | null, { employee }: State): string {
  if (id === null) return 'An anonymous caller';
  const person = employee.get(id);
  if (person === undefined) return `Employee ${id} (deleted)`;
  const { full_name, department, active } = person;
  return `${JSON.stringify(full_name).slice(1, -1)} (${department}${active ? '' : ', inactive'})`;
}

function describeOperation(operation: Operation): string {
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
    case 'merge':
      return `merges client ${operation.merged} into client ${operation.id}`;
    case 'deactivate':
      return operation.handOverTo === null
        ? `deactivates employee ${operation.id}`
        : `deactivates employee ${operation.id}, handing over to employee ${operation.handOverTo},`;
    case 'rewrite history':
      return `rewrites the history of client ${operation.id} (${operation.with})`;
    case 'overwrite password':
      return `overwrites the password of employee ${operation.id}`;
    case 'log in':
      return operation.readOnly ? 'logs in to read alone' : 'logs in';
    case 'log in through a program':
      return 'has a program log in for them';
    case 'log out':
      return 'logs out';
    case 'change password':
      return 'changes their password';
    case 'enable second factor':
      return 'enables their second factor';
    case 'confirm second factor':
      return 'confirms their second factor';
    case 'disable second factor':
      return 'disables their second factor';
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
