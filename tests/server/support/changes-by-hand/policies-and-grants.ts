import type { ChangeByHand } from '../changes-by-hand.ts';

/** What db/policies takes back on every deployment. The changes of a round are made together. */
export const policiesAndGrants: ChangeByHand[] = [
  {
    what: 'a policy lets every row be changed',
    sql: 'alter policy sales_update_own on crm.contract using (true)',
    finds: ['changed policy sales_update_own on crm.contract: using'],
  },
  {
    what: 'the queue is opened to a department',
    sql: `grant usage on schema graphile_worker to epic_sales;
          grant select on graphile_worker._private_jobs to epic_sales;
          create policy backdoor on graphile_worker._private_jobs for select to epic_sales using (true);
          grant execute on function graphile_worker.force_unlock_workers(text[]) to epic_sales`,
    finds: [
      'extra policy backdoor on graphile_worker._private_jobs',
      'extra grant usage on schema graphile_worker to epic_sales',
      'extra grant select on table graphile_worker._private_jobs to epic_sales',
      'extra grant execute on function graphile_worker.force_unlock_workers(text[]) to epic_sales',
    ],
  },
  {
    what: 'a policy lets every new row pass',
    sql: 'alter policy sales_create_own on crm.contract with check (true)',
    finds: ['changed policy sales_create_own on crm.contract: with check'],
  },
  {
    what: 'a policy is dropped',
    sql: 'drop policy management_delete_drafts on crm.contract',
    finds: ['missing policy management_delete_drafts on crm.contract'],
  },
  {
    what: 'a policy is added',
    sql: 'create policy backdoor on crm.client for delete to epic_sales using (true)',
    finds: ['extra policy backdoor on crm.client'],
  },
  {
    what: 'a policy is given to another role',
    sql: 'alter policy management_update_any on crm.contract to epic_support',
    finds: ['changed policy management_update_any on crm.contract: role'],
  },
  {
    what: 'a policy is given to a second role',
    sql: 'alter policy management_create_any on crm.contract to epic_management, epic_support',
    finds: ['changed policy management_create_any on crm.contract: role'],
  },
  {
    what: 'a policy is renamed',
    sql: 'alter policy employee_read_all on crm.payment rename to all_is_well',
    finds: [
      'extra policy all_is_well on crm.payment',
      'missing policy employee_read_all on crm.payment',
    ],
  },
  {
    what: 'a policy says something else than it does',
    sql: `comment on policy employee_read_all on crm.client is 'Nobody reads a client.'`,
    finds: ['changed policy employee_read_all on crm.client: comment'],
  },
  {
    what: 'a restrictive policy is made permissive, and the other way round',
    sql: `drop policy employee_read_all on crm.contract;
          create policy employee_read_all on crm.contract as restrictive for select to epic_employee using (true);
          comment on policy employee_read_all on crm.contract is 'Every employee reads every contract.'`,
    finds: ['changed policy employee_read_all on crm.contract: mode'],
  },
  {
    what: 'a table is granted',
    sql: 'grant delete on crm.contract to epic_sales',
    finds: ['extra grant delete on table crm.contract to epic_sales'],
  },
  {
    what: 'a column is granted',
    sql: 'grant update (amount_to_be_paid) on crm.contract to epic_sales',
    finds: ['extra grant update on table column crm.contract.amount_to_be_paid to epic_sales'],
  },
  {
    what: 'a table is granted to PUBLIC',
    sql: 'grant select on crm.employee to public',
    finds: ['extra grant select on table crm.employee to public'],
  },
  {
    what: 'a grant may be handed on',
    sql: 'grant select on crm.contract to epic_employee with grant option',
    finds: ['changed grant select on table crm.contract to epic_employee: with grant option'],
  },
  {
    what: 'a grant is revoked',
    sql: 'revoke select on crm.event from epic_employee',
    finds: ['missing grant select on table crm.event to epic_employee'],
  },
  {
    what: 'row-level security is switched off',
    sql: 'alter table crm.client disable row level security',
    finds: ['changed table crm.client: row-level security'],
  },
  {
    what: 'row-level security is no longer forced on the owner',
    sql: 'alter table crm.payment no force row level security',
    finds: ['changed table crm.payment: forced on the owner'],
  },
  {
    what: 'a function may be executed by PUBLIC',
    sql: 'grant execute on function crm.erase_client(integer, boolean) to public',
    finds: ['extra grant execute on function crm.erase_client(integer,boolean) to public'],
  },
  {
    what: 'a schema is opened to a department',
    sql: 'grant usage on schema identity to epic_sales',
    finds: ['extra grant usage on schema identity to epic_sales'],
  },
  {
    what: 'everybody may connect',
    sql: `do $$ begin execute format('grant connect on database %I to public', current_database()); end $$`,
    finds: ['extra grant connect on database itself to public'],
  },
  {
    what: 'every role makes large objects',
    sql: 'grant execute on function lo_create(oid) to public',
    finds: ['extra grant execute on function pg_catalog.lo_create(oid) to public'],
  },
  {
    what: 'a tool of schema dba is altered',
    sql: `comment on procedure dba.close_table(regclass) is 'Does nothing.'`,
    finds: ['changed procedure dba.close_table(regclass): comment'],
  },
  {
    what: 'something of their own is kept in schema dba',
    sql: 'create table dba.mine (id integer primary key)',
    finds: ['extra table dba.mine'],
  },
];
