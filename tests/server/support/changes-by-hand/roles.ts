import type { ChangeByHand } from '../changes-by-hand.ts';

/** What concerns the server rather than one database. */
export const roles: ChangeByHand[] = [
  {
    what: 'a role is asked no policy',
    sql: 'alter role epic_sales bypassrls',
    finds: ['changed role epic_sales: bypassrls'],
  },
  {
    what: 'a role may do everything',
    sql: 'alter role epic_management superuser',
    finds: ['changed role epic_management: super'],
  },
  {
    what: 'a role logs in',
    sql: `alter role epic_support login connection limit 3 valid until '2100-01-01'`,
    finds: ['changed role epic_support: canlogin, connlimit, validuntil'],
  },
  {
    what: 'a role is added',
    sql: 'create role epic_temporary login',
    finds: ['extra role epic_temporary'],
  },
  {
    what: 'the login of the API inherits',
    sql: 'alter role epic_authenticator inherit',
    finds: ['changed role epic_authenticator: inherit'],
  },
  {
    what: 'a role is described otherwise',
    sql: `comment on role epic_employee is 'Whoever.'`,
    finds: ['changed role epic_employee: comment'],
  },
  {
    what: 'a department joins another',
    sql: 'grant epic_management to epic_sales',
    finds: ['extra membership epic_sales in epic_management'],
  },
  {
    what: 'the login of the API joins that of the queue',
    sql: 'grant epic_worker to epic_authenticator',
    finds: ['extra membership epic_authenticator in epic_worker'],
  },
  {
    what: 'a department leaves the employees',
    sql: 'revoke epic_employee from epic_support',
    finds: ['missing membership epic_support in epic_employee'],
  },
  {
    what: 'a department may take in others',
    sql: 'grant epic_employee to epic_sales with admin option',
    finds: ['changed membership epic_sales in epic_employee: admin option'],
  },
  {
    what: 'somebody joins the owner',
    sql: 'create role somebody; grant epic_owner to somebody',
    finds: ['extra membership somebody in epic_owner'],
  },
  {
    what: "a department reads every table of PostgreSQL's",
    sql: 'grant pg_read_all_data to epic_support',
    finds: ['extra membership epic_support in pg_read_all_data'],
  },
  {
    what: 'a request may take a quarter of an hour',
    sql: `alter role epic_authenticator set statement_timeout = '15min'`,
    finds: ['changed setting statement_timeout of epic_authenticator: value'],
  },
  {
    what: 'a request waits for locks for ever',
    sql: 'alter role epic_authenticator reset lock_timeout',
    finds: ['missing setting lock_timeout of epic_authenticator'],
  },
  {
    what: 'a role is set otherwise in this database',
    sql: `do $$ begin execute format('alter role epic_sales in database %I set row_security = off', current_database()); end $$`,
    finds: ['extra setting row_security of epic_sales in this database'],
  },
  {
    what: 'the database is set otherwise',
    sql: `do $$ begin execute format('alter database %I set statement_timeout = 1', current_database()); end $$`,
    finds: ['extra setting statement_timeout of every role in this database'],
  },
  {
    what: 'every role is set otherwise',
    sql: 'alter role all set quote_all_identifiers = on',
    finds: ['extra setting quote_all_identifiers of every role'],
  },
  {
    what: 'a department may set what only superusers may',
    sql: 'grant set on parameter log_statement to epic_support',
    finds: ['extra grant set on parameter log_statement to epic_support'],
  },
  {
    what: 'a department may fill a disk',
    sql: 'grant create on tablespace pg_default to epic_sales',
    finds: ['extra grant create on tablespace pg_default to epic_sales'],
  },
];
