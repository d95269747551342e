import type { Operation } from '../operations.ts';
import type { Values } from '../truth-table.ts';
import type { Statement } from './transactions.ts';

type Stated = Exclude<
  Operation,
  { verb: 'log in' | 'log in through a program' | 'change password' | `${string} second factor` }
>;

/** The statement of an operation. One for all rows reads no column, so that only the policies of its own verb apply. */
export function statementFor(operation: Stated): Statement {
  switch (operation.verb) {
    case 'read':
      return sql(`select id from crm.${operation.record}`);
    case 'read history': {
      const { record, id } = operation;
      return sql(
        'select id from crm.history where record = $1 and row_id = $2 order by id desc limit 20',
        record,
        id,
      );
    }
    case 'create':
      return insert(operation.record, operation.values);
    case 'update':
      return update(operation.record, operation.id, operation.values);
    case 'delete':
      return operation.id === 'all'
        ? sql(`delete from crm.${operation.record}`)
        : sql(`delete from crm.${operation.record} where id = $1 returning id`, operation.id);
    case 'erase':
      return sql('select (crm.erase_client($1, $2)).client_id', operation.id, operation.confirm);
    case 'merge':
      return sql('select (crm.merge_clients($1, $2)).client_id', operation.id, operation.merged);
    case 'deactivate':
      return sql('select (crm.deactivate_employee($1, $2)).id', operation.id, operation.handOverTo);
    case 'rewrite history':
      return operation.with === 'update'
        ? sql('update crm.history set employee_id = 1 where row_id = $1', operation.id)
        : sql('delete from crm.history where row_id = $1', operation.id);
    case 'overwrite password':
      return sql(
        'update identity.credential set password_hash = password_hash, must_change = false where employee_id = $1',
        operation.id,
      );
    case 'log out':
      return sql('select identity.log_out()');
  }
}

function insert(record: string, values: Values): Statement {
  const columns = Object.keys(values);
  const places = columns.map((_, index) => `$${index + 1}`);
  return sql(
    `insert into crm.${record} (${columns.join(', ')}) values (${places.join(', ')}) returning id`,
    ...Object.values(values),
  );
}

function update(record: string, id: number | 'all', values: Values): Statement {
  const settings = Object.keys(values).map((column, index) => `${column} = $${index + 1}`);
  const text = `update crm.${record} set ${settings.join(', ')}`;
  const written = Object.values(values);
  return id === 'all'
    ? sql(text, ...written)
    : sql(`${text} where id = $${written.length + 1} returning id`, ...written, id);
}

function sql(text: string, ...values: unknown[]): Statement {
  return { text, values };
}
