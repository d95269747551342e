import { jsonPgSmartTags } from 'postgraphile/utils';
import { explanations } from './explanations.ts';
import { createReturnedRowsPlugin } from './returned-rows.ts';
import { findings, searchPlugin } from './search.ts';
import { wholeListsPlugin } from './whole-lists.ts';

// What of schema crm is in the API follows from the grants (PgRBACPlugin) and the indexes
// (PgIndexBehaviorsPlugin). The rest is here: names that read well, and less of what nobody needs.

const hidden = { tags: { behavior: ['-*'] } };
const notIndexed = { tags: { behavior: ['-filterBy', '-orderBy'] } };
const calledFrom = (foreignFieldName: string) => ({ tags: { foreignFieldName } });
const returns = (resultFieldName: string) => ({ tags: { resultFieldName } });
const always = { tags: { notNull: true as const } };
// Short: they come whole.
const list = {
  behavior: ['-queryField:resource:connection', 'queryField:resource:list'],
  listSuffix: 'omit' as const,
};

/** What a report returns: the columns named here are never empty. */
const counted = (columns: readonly string[]) => ({
  tags: { behavior: ['-insert', '-update', '-connection'] },
  attribute: Object.fromEntries(columns.map((column) => [column, always])),
});

/** Leaves out the database's own helpers and names what the database has no name for. */
const tagsPlugin = jsonPgSmartTags({
  version: 1,
  config: {
    class: {
      'crm.employee': {
        attribute: { department: { tags: { enumName: 'Department' } } },
      },
      'crm.client': {
        constraint: { client_commercial_contact_id_fkey: calledFrom('clients') },
      },
      'crm.contract': {
        constraint: { contract_commercial_id_fkey: calledFrom('contracts') },
      },
      'crm.event': {
        constraint: { event_support_contact_id_fkey: calledFrom('events') },
      },
      'crm.notification': {
        constraint: {
          notification_recipient_id_fkey: calledFrom('notifications'),
          // Those about an employee are told to nobody else.
          notification_employee_id_fkey: {
            tags: { behavior: ['-manyRelation:resource:connection'] },
          },
        },
      },
      'crm.payment': {
        constraint: {
          payment_recorded_by_fkey: {
            tags: { fieldName: 'recorder', foreignFieldName: 'payments' },
          },
        },
      },
      // One has few sessions: they are read whole, and sorted by when they were used.
      'crm.my_session': {
        tags: { primaryKey: 'id', behavior: ['-single'] },
        attribute: {
          id: { tags: { ...always.tags, ...notIndexed.tags } },
          created_at: { tags: { ...always.tags, ...notIndexed.tags } },
          last_used_at: { tags: { ...always.tags, behavior: ['-filterBy'] } },
          expires_at: { tags: { ...always.tags, ...notIndexed.tags } },
          user_agent: notIndexed,
          current: { tags: { ...always.tags, ...notIndexed.tags } },
        },
      },
      'crm.import_outcome': counted(['created', 'updated', 'unchanged', 'problems']),
      'crm.import_problem': counted(['line', 'message']),
      'crm.pipeline_band': counted(['from_days', 'contracts', 'total_amount']),
      'crm.month_revenue': counted(['month', 'signed_contracts', 'signed_amount', 'paid_amount']),
      'crm.salesperson_revenue': counted([
        'employee_id',
        'full_name',
        'signed_contracts',
        'signed_amount',
        'paid_amount',
      ]),
      'crm.overdue_share': counted([
        'employee_id',
        'full_name',
        'contracts',
        'amount_to_be_paid',
        'oldest_signed_at',
      ]),
      'crm.support_load': counted(['events', 'upcoming_events']),
      // A view has neither a key nor indexes of its own: these are those of audit.change.
      'crm.history': {
        tags: {
          name: 'history_entry',
          primaryKey: 'id',
          // Not kept by the database: history outlives people.
          foreignKey:
            '(employee_id) references crm.employee (id)|@fieldName employee|@behavior -manyRelation:resource:connection',
        },
        attribute: {
          // Who asks by time asks for the latest, and ids are given in the order of time.
          changed_at: { tags: { ...always.tags, ...notIndexed.tags } },
          transaction_id: { tags: { ...always.tags, ...notIndexed.tags } },
          record: always,
          row_id: always,
          action: { tags: { ...always.tags, ...notIndexed.tags } },
          employee_id: notIndexed,
          database_user: notIndexed,
        },
      },
    },
    procedure: {
      'crm.current_employee_id': hidden,
      'crm.current_department': hidden,
      'crm.explain_access': { tags: list },
      'crm.search': { tags: list },
      'crm.similar_clients': { tags: list },
      'crm.contract_is_overdue': always,
      'crm.record_contact': returns('client'),
      'crm.pipeline_by_age': { tags: list },
      'crm.revenue_by_month': { tags: list },
      'crm.revenue_by_salesperson': { tags: list },
      'crm.overdue_by_salesperson': { tags: list },
      'crm.load_by_support_contact': { tags: list },
      'crm.stage_import': returns('staged'),
      'crm.run_import': returns('outcome'),
      'crm.sign_contract': returns('contract'),
      'crm.cancel_contract': returns('contract'),
      'crm.record_payment': returns('payment'),
      'crm.correct_payment': returns('correction'),
      'crm.assign_support': returns('event'),
      'crm.unassign_support': returns('event'),
      'crm.hand_over_client': returns('client'),
      'crm.erase_client': returns('client'),
      'crm.deactivate_employee': returns('employee'),
      'crm.mark_notifications_read': returns('notifications'),
      // Our own mutation makes the password: see identity.ts.
      'crm.reset_password': hidden,
      'crm.revoke_session': returns('session'),
      // Without arguments it has no input: see identity.ts.
      'crm.revoke_other_sessions': hidden,
    },
  },
});

const shapePlugin: GraphileConfig.Plugin = {
  name: 'EpicShapePlugin',
  inflection: {
    replace: {
      // The column `id` is called `id` in the API too.
      _attributeName(previous, _options, details) {
        if (previous === undefined) throw new Error('There is no inflector to replace.');
        return previous({ ...details, skipRowId: true });
      },
    },
  },
  gather: {
    hooks: {
      // The comment on a foreign key says what is wrong when it is broken, not what it leads to.
      pgRelations_relation(_info, { relation }) {
        delete relation.description;
      },
    },
  },
  schema: {
    entityBehavior: {
      pgResource: {
        override(behavior, resource) {
          // Employees are created by our own mutation, which gives them a one-time password.
          return resource.name === 'employee' ? [behavior, '-insert'] : behavior;
        },
      },
      pgResourceUnique: {
        override(behavior, [, unique]) {
          return unique.isPrimary
            ? behavior
            : [behavior, '-constraint:resource:update', '-constraint:resource:delete'];
        },
      },
    },
    hooks: {
      GraphQLInputObjectType_fields(fields, _build, { scope }) {
        return scope.isMutationInput ? withoutClientMutationId(fields) : fields;
      },
      GraphQLObjectType_fields(fields, _build, { scope }) {
        return scope.isMutationPayload ? withoutClientMutationId(fields) : fields;
      },
    },
  },
};

/** Relay's old way to tell answers apart; HTTP does. */
function withoutClientMutationId<Fields extends object>(fields: Fields): Fields {
  const kept = { ...fields };
  Reflect.deleteProperty(kept, 'clientMutationId');
  return kept;
}

export const exposurePlugins: GraphileConfig.Plugin[] = [
  tagsPlugin,
  shapePlugin,
  createReturnedRowsPlugin({ ...explanations, ...findings }),
  wholeListsPlugin,
  searchPlugin,
];
