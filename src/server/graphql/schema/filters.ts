import type { PgCodec } from 'postgraphile/@dataplan/pg';
import { listOfCodec, TYPES } from 'postgraphile/@dataplan/pg';
import { type GraphQLInputType, GraphQLList, GraphQLNonNull } from 'postgraphile/graphql';
import type { SQL } from 'postgraphile/pg-sql2';
import { sql } from 'postgraphile/pg-sql2';
import { addPgTableCondition } from 'postgraphile/utils';

// The filters that have a name, because they say more than "this column equals that". Each is written so that
// an index of db/migrations serves it, and what does not depend on the row is a subquery that runs once.

type Filter = {
  type: 'Boolean' | 'String' | 'Date' | 'Datetime' | '[Int!]';
  description: string;
  /** The condition; a boolean filter applies it only when it is true. */
  where: (table: SQL, value: SQL) => SQL;
};

const me = sql`(select crm.current_employee_id())`;

const filters: Record<string, Record<string, Filter>> = {
  employee: {
    ids: {
      type: '[Int!]',
      description: 'Only the employees with one of these ids.',
      where: (employee, ids) => sql`${employee}.id = any (${ids})`,
    },
  },
  client: {
    ids: {
      type: '[Int!]',
      description: 'Only the clients with one of these ids.',
      where: (client, ids) => sql`${client}.id = any (${ids})`,
    },
    mine: {
      type: 'Boolean',
      description: 'Only the clients whose sales contact I am.',
      where: (client) => sql`${client}.commercial_contact_id = ${me}`,
    },
    current: {
      type: 'Boolean',
      description: 'Only clients whose personal data has not been erased.',
      where: (client) => sql`${client}.erased_at is null`,
    },
    search: {
      type: 'String',
      description:
        'Only clients whose name, company or e-mail address contains this text, without regard to case and accents.',
      where: (client, text) => sql`crm_private.client_matches(${client}, ${text})`,
    },
    notContactedSince: {
      type: 'Datetime',
      description:
        'Only clients whom nobody has contacted, and whose record nobody has changed, since this time.',
      where: (client, time) => sql`${client}.last_update < ${time} and ${client}.erased_at is null`,
    },
    firstContactFrom: {
      type: 'Date',
      description: 'Only clients of a first contact on this day or later.',
      where: (client, day) => sql`${client}.first_contact >= ${day}`,
    },
    firstContactTo: {
      type: 'Date',
      description: 'Only clients of a first contact on this day or earlier.',
      where: (client, day) => sql`${client}.first_contact <= ${day}`,
    },
  },
  contract: {
    mine: {
      type: 'Boolean',
      description: 'Only the contracts whose sales contact I am.',
      where: (contract) => sql`${contract}.commercial_id = ${me}`,
    },
    unsigned: {
      type: 'Boolean',
      description: 'Only contracts that are still drafts.',
      where: (contract) => sql`${contract}.status = 'draft'`,
    },
    unpaid: {
      type: 'Boolean',
      description: 'Only signed contracts with an amount that remains to be paid.',
      where: (contract) => sql`${contract}.status = 'signed' and ${contract}.amount_to_be_paid > 0`,
    },
    overdue: {
      type: 'Boolean',
      description:
        'Only contracts whose payment is late: signed more than 30 days ago, with an amount that remains to be paid.',
      where: (contract) => sql`crm.contract_is_overdue(${contract})`,
    },
    search: {
      type: 'String',
      description: 'Only contracts of the clients that `search` finds among clients.',
      where: (contract, text) => sql`${contract}.client_id in (
        select buyer.id from crm.client buyer where crm_private.client_matches(buyer, ${text})
      )`,
    },
    createdFrom: {
      type: 'Datetime',
      description: 'Only contracts entered at this time or later.',
      where: (contract, time) => sql`${contract}.creation_date >= ${time}`,
    },
    createdTo: {
      type: 'Datetime',
      description: 'Only contracts entered before this time.',
      where: (contract, time) => sql`${contract}.creation_date < ${time}`,
    },
  },
  event: {
    mine: {
      type: 'Boolean',
      description: 'Only the events whose support or sales contact I am.',
      // Two index scans: an `or` across tables would read every event.
      where: (event) => sql`${event}.id in (
        select mine.id from crm.event mine where mine.support_contact_id = ${me}
        union all
        select mine.id
        from crm.contract
        join crm.event mine on mine.contract_id = contract.id
        where contract.commercial_id = ${me}
      )`,
    },
    search: {
      type: 'String',
      description:
        'Only events whose title or location contains this text, without regard to case and accents, and those of the clients that `search` finds among clients.',
      where: (event, text) => sql`${event}.id in (
        select named.id from crm.event named where crm_private.event_matches(named, ${text})
        union all
        select bought.id
        from crm.client buyer
        join crm.contract     on contract.client_id = buyer.id
        join crm.event bought on bought.contract_id = contract.id
        where crm_private.client_matches(buyer, ${text})
      )`,
    },
    withoutSupport: {
      type: 'Boolean',
      description: 'Only events that nobody supports yet.',
      where: (event) => sql`${event}.support_contact_id is null`,
    },
    open: {
      type: 'Boolean',
      description: 'Only events that are planned or confirmed.',
      where: (event) => sql`${event}.status in ('planned', 'confirmed')`,
    },
    upcoming: {
      type: 'Boolean',
      description: 'Only events that are still to begin and are not cancelled.',
      where: (event) => sql`${event}.start_date >= now() and ${event}.status <> 'cancelled'`,
    },
    from: {
      type: 'Datetime',
      description: 'Only events that begin at this time or later.',
      where: (event, time) => sql`${event}.start_date >= ${time}`,
    },
    to: {
      type: 'Datetime',
      description: 'Only events that begin before this time.',
      where: (event, time) => sql`${event}.start_date < ${time}`,
    },
  },
  notification: {
    unread: {
      type: 'Boolean',
      description: 'Only notifications that I have not read.',
      where: (notification) => sql`${notification}.read_at is null`,
    },
  },
};

const codecs: Record<Filter['type'], PgCodec> = {
  Boolean: TYPES.boolean,
  String: TYPES.text,
  Date: TYPES.date,
  Datetime: TYPES.timestamptz,
  '[Int!]': listOfCodec(TYPES.int),
};

function typeOf(build: GraphileBuild.Build, type: Filter['type']): GraphQLInputType {
  if (type !== '[Int!]') return build.getInputTypeByName(type);
  return new GraphQLList(new GraphQLNonNull(build.getInputTypeByName('Int')));
}

/** The plugins that add the named filters to the `condition` argument of each list. */
export const filterPlugins: GraphileConfig.Plugin[] = Object.entries(filters).flatMap(
  ([tableName, ofTable]) =>
    Object.entries(ofTable).map(([name, filter]) =>
      addPgTableCondition(
        { schemaName: 'crm', tableName },
        name,
        (build) => ({
          description: filter.description,
          type: typeOf(build, filter.type),
        }),
        (value, { sqlTableAlias, sqlValueWithCodec }) => {
          if (value === null || (filter.type === 'Boolean' && value !== true)) return null;
          return filter.where(sqlTableAlias, sqlValueWithCodec(value, codecs[filter.type]));
        },
      ),
    ),
);
