import type { Client } from 'pg';

/** What a database permits, read from its catalogue: of two databases on one server, in the same words. */
export interface Access {
  /** By name: `crm.contract`. Views too, which have grants and no policies. */
  tables: ReadonlyMap<string, Table>;
  /** The functions of our schemas, by name and arguments: `crm.current_employee_id()`. */
  functions: ReadonlyMap<string, Routine>;
}

export interface Table {
  name: string;
  /** Its name alone, by which policies know it. */
  relation: string;
  isTable: boolean;
  hasRowSecurity: boolean;
  isForced: boolean;
  owner: string;
  columns: string[];
  /** Of each column. */
  types: Record<string, string>;
  /** Those that are never null. */
  required: string[];
  primaryKey: string[];
  /** Whether that is one number. */
  hasNumericKey: boolean;
  /** Columns that a constraint holds to a list of words. */
  closedSets: { column: string; values: string[] }[];
  policies: Policy[];
  /** By role and privilege (`epic_sales update`): the columns, or of delete the table itself. */
  privileges: Record<string, string[]>;
}

export interface Policy {
  name: string;
  command: Command | 'all';
  isPermissive: boolean;
  roles: string[];
  using: string | null;
  check: string | null;
  /** The same as a person would read them. */
  shown: { using: string | null; check: string | null };
  sentence: string | null;
  /** The columns of its table that it reads; every column when it reads the row as a whole. */
  columns: string[];
  /** The functions that it calls. */
  functions: string[];
  /** Other tables that it reads. */
  tables: string[];
}

export type Command = 'select' | 'insert' | 'update' | 'delete';

export interface Routine {
  name: string;
  volatility: 'immutable' | 'stable' | 'volatile';
  isSecurityDefiner: boolean;
  body: string;
  /** Everything else that decides its result. */
  options: string;
  /** The roles that may call it. */
  callers: string[];
}

export interface Role {
  name: string;
  bypassesRowSecurity: boolean;
  /** Itself and the roles whose grants and policies are effective for it. */
  inherits: string[];
  /** Null for a role that no department is. */
  department: string | null;
}

/** The roles that two databases name in grants and policies, those without members that are departments. */
export async function readRoles(databases: readonly Client[]): Promise<Role[]> {
  const found = new Map<string, Role>();
  for (const client of databases) {
    const { rows } = await client.query<Role>(`
      select
        role.rolname::text as name,
        role.rolbypassrls as "bypassesRowSecurity",
        array(
          select other.rolname::text from pg_catalog.pg_roles other
          where pg_has_role(role.oid, other.oid, 'usage') order by 1) as inherits,
        department.name as department
      from pg_catalog.pg_roles role
      left join dba.department department on department.role = role.rolname
      where not role.rolsuper and role.rolname !~ '^pg_'
        -- it reads every column there is
        and role.rolname <> 'epic_backup'
        and exists (
          select from pg_catalog.pg_shdepend dependency
          join pg_catalog.pg_database database on database.oid = dependency.dbid
          where database.datname = current_database()
            and dependency.refclassid = 'pg_catalog.pg_authid'::regclass
            and dependency.refobjid = role.oid)
      order by department.position, role.rolname`);
    for (const role of rows) if (!found.has(role.name)) found.set(role.name, role);
  }
  const roles = [...found.values()];
  return roles.filter(
    ({ name }) =>
      !roles.some(
        (other) =>
          other.name !== name && other.department !== null && other.inherits.includes(name),
      ),
  );
}

/** Reads what a database permits these roles, in the transaction of the caller and with an empty search_path. */
export async function readAccess(client: Client, roles: readonly Role[]): Promise<Access> {
  const names = [roles.map(({ name }) => name)];
  const { rows: tables } = await client.query<Table>(TABLES, names);
  const { rows: functions } = await client.query<Routine>(FUNCTIONS, names);
  return {
    tables: new Map(tables.map((table) => [table.name, table])),
    functions: new Map(functions.map((routine) => [routine.name, routine])),
  };
}

// the tools and the migrations' own table are no part of what the application permits
const OUR_SCHEMA = `nspname !~ '^pg_' and nspname not in ('information_schema', 'dba', 'graphile_migrate')`;

const TABLES = `
  select
    relation.oid::regclass::text      as name,
    relation.relname::text            as relation,
    relation.relkind in ('r', 'p')    as "isTable",
    relation.relrowsecurity           as "hasRowSecurity",
    relation.relforcerowsecurity      as "isForced",
    relation.relowner::regrole::text  as owner,
    array(
      select attname::text from pg_catalog.pg_attribute
      where attrelid = relation.oid and attnum > 0 and not attisdropped
      order by attnum) as columns,
    (select jsonb_object_agg(attname, format_type(atttypid, atttypmod)) from pg_catalog.pg_attribute
     where attrelid = relation.oid and attnum > 0 and not attisdropped) as types,
    array(
      select attname::text from pg_catalog.pg_attribute
      where attrelid = relation.oid and attnum > 0 and not attisdropped and attnotnull) as required,
    array(
      select attname::text
      from pg_catalog.pg_index
      cross join unnest(indkey) with ordinality key (number, position)
      join pg_catalog.pg_attribute on attrelid = indrelid and attnum = key.number
      where indrelid = relation.oid and indisprimary
      order by key.position) as "primaryKey",
    coalesce((
      select indnkeyatts = 1 and atttypid in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
      from pg_catalog.pg_index
      join pg_catalog.pg_attribute on attrelid = indrelid and attnum = indkey[0]
      where indrelid = relation.oid and indisprimary), false) as "hasNumericKey",
    (select coalesce(jsonb_agg(jsonb_build_object('column', attname, 'values', array(
              select replace(found[1], '''''', '''')
              from regexp_matches(pg_get_expr(conbin, conrelid), '''((?:[^'']|'''')*)''::', 'g') found))), '[]')
     from pg_catalog.pg_constraint
     join pg_catalog.pg_attribute on attrelid = conrelid and attnum = conkey[1]
     where conrelid = relation.oid and contype = 'c' and cardinality(conkey) = 1
       and pg_get_expr(conbin, conrelid) ~ ' = ANY \\(') as "closedSets",
    (select coalesce(jsonb_agg(jsonb_build_object(
       'name', polname,
       'command', case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
                    when 'd' then 'delete' else 'all' end,
       'isPermissive', polpermissive,
       'roles', array(select case role when 0 then 'public' else role::regrole::text end from unnest(polroles) role order by 1),
       'using', pg_get_expr(polqual, polrelid),
       'check', pg_get_expr(polwithcheck, polrelid),
       'shown', jsonb_build_object('using', pg_get_expr(polqual, polrelid, true), 'check', pg_get_expr(polwithcheck, polrelid, true)),
       'sentence', obj_description(pg_policy.oid, 'pg_policy'),
       'columns', array(
         select attname
         from pg_catalog.pg_depend
         join pg_catalog.pg_attribute on attrelid = refobjid and (attnum = refobjsubid or refobjsubid = 0 and attnum > 0)
         where classid = 'pg_catalog.pg_policy'::regclass and objid = pg_policy.oid and deptype = 'n'
           and refclassid = 'pg_catalog.pg_class'::regclass and refobjid = polrelid and not attisdropped
         group by attname, attnum order by attnum),
       'functions', array(
         select distinct refobjid::regprocedure::text
         from pg_catalog.pg_depend
         where classid = 'pg_catalog.pg_policy'::regclass and objid = pg_policy.oid
           and refclassid = 'pg_catalog.pg_proc'::regclass
         order by 1),
       'tables', array(
         select distinct refobjid::regclass::text
         from pg_catalog.pg_depend
         where classid = 'pg_catalog.pg_policy'::regclass and objid = pg_policy.oid
           and refclassid = 'pg_catalog.pg_class'::regclass and refobjid <> polrelid
         order by 1)) order by polname), '[]')
     from pg_catalog.pg_policy
     where polrelid = relation.oid) as policies,
    (select coalesce(jsonb_object_agg(role || ' ' || privilege, columns), '{}')
     from (
       select role, privilege, array_agg(attname::text order by attnum) as columns
       from unnest($1::text[]) role
       cross join unnest(array['select', 'insert', 'update']) privilege
       join pg_catalog.pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
       where has_schema_privilege(role, pg_namespace.oid, 'usage')
         and has_column_privilege(role, relation.oid, attnum, privilege)
       group by role, privilege
       union all
       select role, 'delete', array[]::text[]
       from unnest($1::text[]) role
       where has_schema_privilege(role, pg_namespace.oid, 'usage')
         and has_table_privilege(role, relation.oid, 'delete')) held) as privileges
  from pg_catalog.pg_class relation
  join pg_catalog.pg_namespace on pg_namespace.oid = relation.relnamespace
  where relation.relkind in ('r', 'p', 'v', 'm', 'f') and ${OUR_SCHEMA}
  order by 1`;

const FUNCTIONS = `
  select
    function.oid::regprocedure::text as name,
    case provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end as volatility,
    prosecdef as "isSecurityDefiner",
    coalesce(pg_get_function_sqlbody(function.oid), prosrc) as body,
    concat_ws(' ', pg_get_function_result(function.oid), lanname, prosecdef, proisstrict, proconfig, proowner::regrole) as options,
    array(
      select role from unnest($1::text[]) role
      where has_schema_privilege(role, pg_namespace.oid, 'usage')
        and has_function_privilege(role, function.oid, 'execute')) as callers
  from pg_catalog.pg_proc function
  join pg_catalog.pg_namespace on pg_namespace.oid = pronamespace
  join pg_catalog.pg_language on pg_language.oid = prolang
  where ${OUR_SCHEMA} and prokind in ('f', 'p', 'w') and prorettype <> 'trigger'::regtype
    and not exists (
      select from pg_catalog.pg_depend
      where classid = 'pg_catalog.pg_proc'::regclass and objid = function.oid and deptype = 'e')
  order by 1`;
