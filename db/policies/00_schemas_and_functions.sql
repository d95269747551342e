-- Schemas and functions: who may come in, and which functions each role may call.
-- Tables have files of their own. Everything is first taken back, so that what stands below is all there is.

do $$
begin
  execute format('revoke all on database %I from public, epic_anonymous, epic_employee, epic_sales, epic_support, epic_management, epic_courier', current_database());
  execute format('grant connect on database %I to epic_authenticator', current_database());
end
$$;

revoke all on schema public from public;
revoke all on schema crm, access, auth, audit, dba, extensions
  from public, epic_authenticator, epic_anonymous, epic_employee, epic_sales, epic_support, epic_management, epic_courier;
revoke all on all functions in schema crm, access, auth, audit, dba
  from public, epic_authenticator, epic_anonymous, epic_employee, epic_sales, epic_support, epic_management, epic_courier;
revoke all on all procedures in schema crm, access, auth, audit, dba
  from public, epic_authenticator, epic_anonymous, epic_employee, epic_sales, epic_support, epic_management, epic_courier;


-- The API's login enters a session. Nothing else.

grant usage   on schema   auth                                      to epic_authenticator;
grant execute on function auth.enter(integer, uuid, text, boolean)  to epic_authenticator;
grant execute on function auth.session_state(integer, uuid)         to epic_authenticator;


-- Nobody in particular logs in, and asks whether the database is up to date.

grant usage   on schema   auth                                      to epic_anonymous;
grant execute on function auth.password_parameters(text, inet)      to epic_anonymous;
grant execute on function auth.log_in(text, text, bytea, text, inet) to epic_anonymous;
grant execute on function auth.refresh(bytea, bytea)                to epic_anonymous;
grant execute on function auth.deployed_migration()                 to epic_anonymous;
grant execute on function auth.deployed_policies()                  to epic_anonymous;


-- Every employee works with the records, reads history, searches, asks why, subscribes, and looks after their own
-- session.

grant usage   on schema   crm, access, auth, audit, extensions      to epic_employee;
grant execute on function crm.current_employee_id()                 to epic_employee;
grant execute on function crm.current_department()                  to epic_employee;
grant execute on function auth.current_session_id()                 to epic_employee;
grant execute on function crm.folded(text)                          to epic_employee;
grant execute on function crm.client_matches(crm.client, text)      to epic_employee;
grant execute on function crm.client_search_text(crm.client)        to epic_employee;
grant execute on function crm.event_search_text(crm.event)          to epic_employee;
grant execute on function crm.event_matches(crm.event, text)        to epic_employee;
grant execute on function crm.employee_search_text(crm.employee)    to epic_employee;
grant execute on function crm.phone_digits(text)                    to epic_employee;
grant execute on function crm.euros(numeric)                        to epic_employee;
grant execute on function crm.swapped(text)                         to epic_employee;
grant execute on function crm.likeness(text[], text)                to epic_employee;
grant execute on function crm.found_by_words(text[], text[], text)  to epic_employee;
grant execute on function crm.found_by_spelling(text[], text[], text) to epic_employee;
grant execute on function crm.search(text, text[], text)            to epic_employee;
grant execute on function crm.similar_clients(text, text, text)     to epic_employee;
grant execute on function crm.contract_is_overdue(crm.contract)     to epic_employee;
grant execute on function crm.rule_sentence(text, text, text)       to epic_employee;
grant execute on function access.role_in_words(name)                   to epic_employee;
grant execute on function access.act_in_words(text, text[], text)      to epic_employee;
grant execute on function access.secured_table(regclass)               to epic_employee;
grant execute on function access.grants_on(regclass, text)             to epic_employee;
grant execute on function access.policies_on(regclass, text)           to epic_employee;
grant execute on function access.row_as_seen(regclass, integer)        to epic_employee;
grant execute on function access.row_as_entered(regclass, jsonb)       to epic_employee;
grant execute on function access.policy_holds(oid, boolean, jsonb, text[]) to epic_employee;
grant execute on function access.responsible_for(text, integer, jsonb) to epic_employee;
grant execute on function access.explain_call(text)                    to epic_employee;
grant execute on function access.explain_statement(text, text, integer, text[], jsonb) to epic_employee;
grant execute on function crm.explain_access(text, text, integer, text[], jsonb)  to epic_employee;
grant execute on function crm.explain_refusal(text, text, integer, text[], jsonb) to epic_employee;
grant execute on function audit.seen_by(pg_snapshot, xid8)          to epic_employee;
grant execute on function audit.signal_age()                        to epic_employee;
grant execute on function audit.signal_position()                   to epic_employee;
grant execute on function audit.seen_at(bigint)                     to epic_employee;
grant execute on function audit.signals_between(audit.topic, pg_snapshot, pg_snapshot, bigint, bigint) to epic_employee;
grant execute on function auth.log_out()                            to epic_employee;
grant execute on function auth.my_password_parameters(inet)         to epic_employee;
grant execute on function auth.change_password(text, text, inet)    to epic_employee;
grant execute on function crm.revoke_session(uuid)                  to epic_employee;
grant execute on function crm.revoke_other_sessions()               to epic_employee;


-- The business verbs. Everybody may call them: they act with the rights of their caller, and the policies of what they
-- write decide, and say why not.

grant execute on function access.written_by(text, text)                to epic_employee;
grant execute on function access.refuse(text, text, integer, jsonb)    to epic_employee;
grant execute on function crm.sign_contract(integer)                   to epic_employee;
grant execute on function crm.cancel_contract(integer)                 to epic_employee;
grant execute on function crm.record_payment(integer, numeric, date)   to epic_employee;
grant execute on function crm.correct_payment(integer, date)           to epic_employee;
grant execute on function crm.assign_support(integer, integer)         to epic_employee;
grant execute on function crm.unassign_support(integer)                to epic_employee;
grant execute on function crm.hand_over_client(integer, integer)       to epic_employee;
grant execute on function crm.record_contact(integer)                  to epic_employee;
grant execute on function crm.deactivate_employee(integer, integer)    to epic_employee;
grant execute on function crm.mark_notifications_read(integer)         to epic_employee;


-- The reports. They count what their caller may read.

grant execute on function crm.pipeline_by_age()                        to epic_employee;
grant execute on function crm.revenue_by_month(date, date, text)       to epic_employee;
grant execute on function crm.revenue_by_salesperson(date, date, text) to epic_employee;
grant execute on function crm.overdue_by_salesperson()                 to epic_employee;
grant execute on function crm.load_by_support_contact(date, date, text) to epic_employee;


-- Imports are written with the rights of their caller too.

grant execute on function access.write_clients(uuid, integer, integer, boolean)     to epic_employee;
grant execute on function access.write_contracts(uuid, integer, integer)            to epic_employee;
grant execute on function access.write_events(uuid, integer, integer)               to epic_employee;
grant execute on function access.problem_column(text, text, jsonb)                  to epic_employee;
grant execute on function access.write_lines(uuid, text, boolean, integer, integer) to epic_employee;
grant execute on function crm.stage_import(uuid, jsonb)                             to epic_employee;
grant execute on function crm.run_import(uuid, text, boolean, boolean, boolean)     to epic_employee;


-- Management alone resets a password, and erases a client's personal data.

grant execute on function crm.reset_password(integer, text)            to epic_management;
grant execute on function crm.erase_client(integer, boolean)           to epic_management;


-- The courier reads whom an e-mail is for; the queue itself has a file of its own, graphile_worker.sql.

grant usage   on schema   crm                                          to epic_courier;
