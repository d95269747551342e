-- dba.policy_scope and dba.condition_word: the words of the matrix come from what policies ask, and never from their names.

begin;
set local search_path = tap, public;
select plan(61);

create function pg_temp.word(of_table text, of_policy text, verb text) returns text
language sql
return (
  select distinct dba.policy_scope(verb, mode, using_expression, check_expression, policy.table_name::text)
  from dba.policy
  where policy.table_name = of_table and policy.name = of_policy);


-- the policies of db/policies

select is(pg_temp.word(table_name, policy, verb), words, format('%s on %s is about: %s', policy, table_name, words))
from (values
  ('client',       'employee_read_all',        'read',   'all'),
  ('client',       'sales_update_own',         'update', 'own'),
  ('contract',     'sales_create_own',         'create', 'draft, of own client'),
  ('contract',     'management_create_any',    'create', 'draft'),
  ('contract',     'sales_update_own',         'update', 'own draft → own draft/signed'),
  ('contract',     'management_delete_drafts', 'delete', 'draft'),
  ('employee',     'management_delete_others', 'delete', 'not self'),
  ('employee',     'owner_lock_all',           'update', 'none'),
  ('event',        'sales_create_own',         'create', 'no support contact, of own contract'),
  ('payment',      'sales_record_own',         'create', 'amount > 0, in own name, of own contract'),
  ('payment',      'management_record_any',    'create', 'in own name'),
  ('notification', 'worker_read_unread',       'read',   'not read'),
  ('signal',       'employee_read_own',        'read',   'no recipient or own'),
  ('change',       'sales_read_records',       'read',   'record <> ''employee'''),
  ('session',      'employee_read_own',        'read',   'own, same service account'),
  ('credential',   'owner_update_needed',      'update', 'without employee or own → (without employee, must change, changed now) or own'),
  ('employee',     'management_update_with_second_factor', 'update', 'if second factor confirmed')
) expected (table_name, policy, verb, words);


-- a name says nothing

drop policy sales_update_own on crm.contract;
create policy sales_update_own on crm.contract for update to epic_sales
  using (status = 'draft')
  with check (status in ('draft', 'signed'));
select is(pg_temp.word('contract', 'sales_update_own', 'update'), 'draft → draft/signed', 'sales_update_own that is loosened to any draft is not about own rows');
select is((select sales from dba.access_overview where record = 'contract' and verb = 'update'), 'draft → draft/signed', 'and the matrix says so');

alter policy sales_update_own on crm.contract using (commercial_id = (select crm.current_employee_id())) with check (true);
select is(pg_temp.word('contract', 'sales_update_own', 'update'), 'own → all', 'a check that forgets the owner is seen');

alter policy management_delete_drafts on crm.contract using (true);
select is((select management from dba.access_overview where record = 'contract' and verb = 'delete'), 'all', 'management_delete_drafts without its condition is about all rows');

create policy employee_read_in_session_too on crm.client as restrictive for select to epic_employee using (false);
select is((select sales from dba.access_overview where record = 'client' and verb = 'read'), 'all & none', 'a restrictive policy is shown, however it is called, unless it asks for nothing but a session');


-- any expression

create temp table parent (id integer, owner_id integer, status text, "Name" text);
create temp table child (id integer, parent_id integer, owner_id integer, owner text, status text, label varchar(9), state varchar, open boolean, is_public boolean,
                         own boolean, "userId" integer, amount numeric, expires_at timestamptz, ended_at timestamptz, parent integer);

create function pg_temp.word_of(condition text) returns text
language plpgsql
as $$
declare
  word text;
begin
  execute format('create policy probe on child using (%s)', condition);
  select dba.policy_scope('read', 'permissive', pg_get_expr(polqual, polrelid), null, 'child') into word
  from pg_policy where polrelid = 'child'::regclass;
  drop policy probe on child;
  return word;
end
$$;

select is(pg_temp.word_of(condition), words, format('%s: %s', condition, words))
from (values
  ('owner = current_user',                                               'own'),
  ('(select current_user) = owner',                                      'own'),
  ('owner_id = current_setting(''app.user_id'')::integer',               'own'),
  ('owner_id <> (select crm.current_employee_id())',                     'not own'),
  ('owner_id = (select crm.current_employee_id()) or true',              'all'),
  ('owner_id = (select crm.current_employee_id()) and true',             'own'),
  ('owner_id = (select crm.current_employee_id()) and false',            'none'),
  ('owner_id = (select crm.current_employee_id()) and 1 = 1',            'own, 1 = 1'),
  ('(select crm.current_employee_id()) is null or owner_id = 1',         'without employee or owner_id = 1'),
  ('owner_id = (select crm.current_employee_id()) and (open or amount > 3)', 'own, (open or amount > 3)'),
  ('owner_id = (select crm.current_employee_id()) and open or status = ''draft''', '(own open) or draft'),
  ('state in (''draft'', ''signed'')',                                   'draft/signed'),
  ('not open and is_public',                                             'public, not open'),
  ('"userId" = 7',                                                       '"userId" = 7'),
  ('own',                                                                '"own"'),
  ('status = ''all''',                                                   'status = ''all'''),
  ('status = ''it) AND (x'' and open',                                   'open, status = ''it) AND (x'''),
  ('status = ''o''''wn''',                                               'status = ''o''''wn'''),
  ('label = ''own''',                                                    'label = ''own'''),
  ('parent_id is null and ended_at is not null',                         'ended, no parent'),
  ('exists (select from parent where parent.id = child.parent_id and parent.owner_id = (select crm.current_employee_id()))', 'of own parent'),
  ('exists (select 1 from parent p where p.id = child.parent_id and p.status = ''open'' and p.owner_id = (select crm.current_employee_id()))', 'of own open parent'),
  ('parent_id in (select id from parent where owner_id = (select crm.current_employee_id()))', 'of own parent'),
  ('parent_id in (select owner_id from parent where status = ''open'')', 'with open parent'),
  ('exists (select from parent where parent.id = child.parent_id)',      'of a parent'),
  ('exists (select from parent where parent.id = child.parent_id and parent.owner_id > 3)', 'of parent (owner_id > 3)'),
  ('exists (select from parent where parent.owner_id = (select crm.current_employee_id()))', 'exists (select from parent where (paren…'),
  ('exists (select from parent where parent.id = child.parent_id and parent.owner_id = child.owner_id)', 'exists (select from parent where ((pare…'),
  ('not exists (select from parent where parent.id = child.parent_id)',  'not (exists (select from parent where (…'),
  ('expires_at < now() - interval ''1 day''',                            'expires_at < (now() - ''1 day'')'),
  ('case when open then owner_id = 1 else false end',                    'case when open then (owner_id = 1) else…'),
  ('pg_has_role(''pg_monitor'', ''usage'')',                             'pg_has_role(''pg_monitor'', ''usage'')'),
  ('not (open and is_public)',                                           'not (open and is_public)'),
  ('identity.in_session()',                                                  'if in session'),
  ('coalesce(own, true)',                                                'coalesce(own, true)'),
  ('amount between 1 and 3',                                             'amount >= 1, amount <= 3'),
  ('open is not true',                                                   'open is not true'),
  ('label like ''own%''',                                                'label ~~ ''own%'''),
  ('(select count(*) from parent) > 3 and (open or own)',                '(select count(*) as count from parent) …, (open or "own")')
) expected (condition, words);

select * from finish();
rollback;
