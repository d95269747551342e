/** An attribute of a role, as `alter role` calls it. */
export type LoginAttribute = 'superuser' | 'bypassrls' | 'createrole' | 'createdb' | 'replication';

/** What a login can do beyond what db/roles.sql gives it: all lists are empty for one that is as it should be. */
export interface LoginExcess {
  login: string;
  attributes: LoginAttribute[];
  /** Roles it can become or inherit from: the owner, the other login, PostgreSQL's own, and those with such attributes. */
  memberOf: string[];
  /** Whether it owns anything in this database or on the server. */
  isOwner: boolean;
}

/** Runs a query on the connection in question. */
export type QueryExcess = (text: string) => Promise<{ rows: readonly LoginExcess[] }>;

/**
 * Asks what the login of a connection can do beyond what it should, whichever role the connection has taken on. A superuser
 * is a member of every role, and its memberships are not listed.
 */
export async function readLoginExcess(query: QueryExcess): Promise<LoginExcess> {
  const { rows } = await query(`
    with role as (
      select oid, rolname::text as name, rolsuper as is_superuser, array_remove(array[
        case when rolsuper       then 'superuser' end,
        case when rolbypassrls   then 'bypassrls' end,
        case when rolcreaterole  then 'createrole' end,
        case when rolcreatedb    then 'createdb' end,
        case when rolreplication then 'replication' end], null) as attributes
      from pg_catalog.pg_roles
    )
    select
      login.name as login,
      login.attributes,
      array(
        select role.name from role
        where not login.is_superuser
          and role.oid <> login.oid
          and pg_has_role(login.oid, role.oid, 'member')
          and (role.name in ('epic_owner', 'epic_authenticator', 'epic_worker', 'epic_backup')
            or role.name like 'pg\\_%'
            or role.attributes <> '{}')
        order by role.name) as "memberOf",
      exists (
        select from pg_catalog.pg_shdepend
        where refclassid = 'pg_catalog.pg_authid'::regclass and refobjid = login.oid and deptype = 'o'
          and dbid in (0, (select oid from pg_catalog.pg_database where datname = current_database()))) as "isOwner"
    from role login
    where login.name = session_user`);
  const [excess] = rows;
  if (excess === undefined) throw new Error('PostgreSQL does not know its own session_user.');
  return excess;
}
