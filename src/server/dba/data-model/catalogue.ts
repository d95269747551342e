import type { Client } from 'pg';

/** The tables and views of a database, from its catalogue. */
export type DataModel = {
  /** The schemas with tables or views; crm first. */
  schemas: { name: string; comment: string | null; relations: Relation[] }[];
};

export type Relation = {
  schema: string;
  name: string;
  isView: boolean;
  comment: string | null;
  columns: Column[];
  constraints: Constraint[];
  indexes: Index[];
  triggers: Trigger[];
};

export type Column = {
  name: string;
  type: string;
  isRequired: boolean;
  /** An expression, `identity`, or `generated: ` and an expression. */
  default: string | null;
  comment: string | null;
};

export type Constraint = {
  name: string;
  kind: 'primary key' | 'unique' | 'foreign key' | 'check' | 'exclusion';
  definition: string;
  columns: string[];
  /** What a foreign key refers to. */
  target: { schema: string; name: string } | null;
  /** The comment, which a person reads when it refuses. */
  sentence: string | null;
};

export type Index = {
  name: string;
  /** `gin (…) where …`; without the method if that is btree. */
  definition: string;
  isUnique: boolean;
  /** The kind of the constraint that it implements. */
  constraint: Constraint['kind'] | null;
  comment: string | null;
};

export type Trigger = { name: string; fires: string; function: string; comment: string | null };

/** Reads the model in one snapshot, ordered by name. */
export async function readDataModel(client: Client): Promise<DataModel> {
  await client.query('begin isolation level repeatable read read only');
  try {
    // qualifies the names of other schemas
    await client.query("set local search_path = ''");
    const { rows: relations } = await client.query<Relation>(relationsQuery);
    const { rows: schemas } = await client.query<{ name: string; comment: string | null }>(
      schemasQuery,
    );
    return {
      schemas: schemas
        .map((schema) => ({
          ...schema,
          relations: relations.filter((relation) => relation.schema === schema.name),
        }))
        .filter((schema) => schema.relations.length > 0),
    };
  } finally {
    await client.query('rollback');
  }
}

// without schema dba, which holds no data, and the tables of libraries
const schemasQuery = `
  select name::text, obj_description(oid, 'pg_namespace') as comment
  from dba.schema
  where name not in ('dba', 'graphile_migrate', 'graphile_worker')
  order by name <> 'crm', name collate "C"`;

const columns = `
  select json_agg(json_build_object(
    'name', attname,
    'type', format_type(atttypid, atttypmod),
    'isRequired', attnotnull,
    'default', case
      when attidentity <> '' then 'identity'
      when attgenerated <> '' then 'generated: ' || dba.pretty_expression(pg_get_expr(adbin, adrelid, true))
      else dba.pretty_expression(pg_get_expr(adbin, adrelid, true))
    end,
    'comment', col_description(attrelid, attnum)) order by attnum)
  from pg_catalog.pg_attribute
  left join pg_catalog.pg_attrdef on adrelid = attrelid and adnum = attnum
  where attrelid = relation.oid and attnum > 0 and not attisdropped`;

const kind = `case contype
  when 'p' then 'primary key' when 'u' then 'unique' when 'f' then 'foreign key' when 'c' then 'check'
  when 'x' then 'exclusion' end`;

// PostgreSQL 18 lists `not null` as a constraint; here it is a property of the column
const constraints = `
  select json_agg(json_build_object(
    'name', conname,
    'kind', ${kind},
    'definition', replace(dba.pretty_expression(pg_get_constraintdef(oid, true)), '( case', '(case'),
    'columns', coalesce((
      select json_agg(attname order by place)
      from unnest(conkey) with ordinality key (number, place)
      join pg_catalog.pg_attribute on attrelid = conrelid and attnum = number), '[]'),
    'target', (
      select json_build_object('schema', nspname, 'name', relname)
      from pg_catalog.pg_class target
      join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace
      where target.oid = confrelid),
    'sentence', obj_description(oid, 'pg_constraint')) order by strpos('pufcx', contype::text), conname collate "C")
  from pg_catalog.pg_constraint
  where conrelid = relation.oid and contype in ('p', 'u', 'f', 'c', 'x')`;

const indexes = `
  select json_agg(json_build_object(
    'name', relname,
    'definition', regexp_replace(
      dba.pretty_expression(regexp_replace(pg_get_indexdef(indexrelid, 0, true), '^CREATE .*? USING ', '')), '^btree ', ''),
    'isUnique', indisunique,
    'constraint', (select ${kind} from pg_catalog.pg_constraint
                   where conindid = indexrelid and conrelid = indrelid and contype in ('p', 'u', 'x')),
    'comment', obj_description(indexrelid, 'pg_class')) order by not indisprimary, relname collate "C")
  from pg_catalog.pg_index
  join pg_catalog.pg_class index on index.oid = indexrelid
  where indrelid = relation.oid`;

const triggers = `
  select json_agg(json_build_object(
    'name', tgname,
    'fires', lower(part[1]),
    'function', part[2],
    'comment', obj_description(oid, 'pg_trigger')) order by tgname collate "C")
  from pg_catalog.pg_trigger
  cross join lateral regexp_match(
    pg_get_triggerdef(oid, true), 'TRIGGER \\S+ (.*?) ON .* EXECUTE FUNCTION (.*)$') definition (part)
  where tgrelid = relation.oid and not tgisinternal`;

const relationsQuery = `
  select
    schema.name::text as schema,
    relname::text     as name,
    relkind = 'v'     as "isView",
    obj_description(relation.oid, 'pg_class') as comment,
    coalesce((${columns}), '[]')     as columns,
    coalesce((${constraints}), '[]') as constraints,
    coalesce((${indexes}), '[]')     as indexes,
    coalesce((${triggers}), '[]')    as triggers
  from pg_catalog.pg_class relation
  join dba.schema schema on schema.oid = relnamespace
  where relkind in ('r', 'p', 'v')
  order by relkind = 'v', relname collate "C"`;
