-- Findings that are accepted, each with its reason. This is the only place where one is; epic-server policies lint
-- counts them, and reports one that no longer suppresses anything.

create view dba.suppression with (security_invoker) as
select *
from (values


  ('bypassing_role', 'epic_backup',
   'A backup holds every row. The role selects and does no more.'),


  -- Policies that let every row be written.

  ('always_true_write_policy', 'management_create_any on crm.employee',
   'Management creates employees of every department.'),
  ('always_true_write_policy', 'management_update_any on crm.employee',
   'Management changes every employee; triggers keep an active manager, and a contact for every client and event.'),
  ('always_true_write_policy', 'management_hand_over_any on crm.client',
   'Management hands over any client; the grant is for commercial_contact_id alone.'),
  ('always_true_write_policy', 'management_update_any on crm.contract',
   'Management changes, signs and cancels any contract; a trigger keeps the status going forward.'),
  ('always_true_write_policy', 'management_create_any on crm.event',
   'Management plans events under any contract; a trigger asks that it be signed.'),
  ('always_true_write_policy', 'management_update_any on crm.event',
   'Management changes any event and assigns its support contact.'),
  ('always_true_write_policy', 'management_delete_any on crm.event',
   'Management deletes any event.'),


  ('missing_audit_trigger', 'crm.notification',
   'Its history would show everyone who reads what, and what it tells of is in the history already.'),


  ('personal_data_forgotten', 'crm.client.company_name',
   'The company stays when a client is erased: it is not a person.'),


  -- Conditions that look careless, and are meant.

  ('open_without_claim', 'owner_update_needed on identity.credential',
   'An operator, who is in no session, gives an employee a password for one login; the API reaches it only in a session.'),
  ('false_policy', 'owner_lock_all on crm.employee',
   'Rules lock the employees they rely on, which takes an update policy, and must change none.'),
  ('nullable_policy_key', 'crm.event.support_contact_id',
   'An event has no support contact until management assigns one, and is then changed by management alone.'),
  ('nullable_policy_key', 'audit.signal.recipient_id',
   'A signal without a recipient is for every employee, and holds ids only.'),


  -- The same, for the database's own functions. epic_owner has no login: its policies bound what those few do.

  ('always_true_write_policy', 'owner_create_any on crm.employee',
   'epic-server employee create creates the first manager, when there is no employee that a policy could check.'),
  ('always_true_write_policy', 'owner_update_any on crm.client',
   'crm.erase_client, which management alone may call, erases any client.'),
  ('always_true_write_policy', 'owner_update_any on crm.contract',
   'Triggers keep what remains to be paid, and the sales contact, of any contract.'),
  ('always_true_write_policy', 'owner_move_any on crm.event',
   'A hand-over takes the events along; the check leaves them the sales contact of their contract.'),
  ('always_true_write_policy', 'owner_create_any on crm_private.daily_total',
   'Triggers count every change of a contract, payment or event.'),
  ('always_true_write_policy', 'owner_delete_any on crm_private.daily_total',
   'The rows of a day are replaced by their sum.'),
  ('always_true_write_policy', 'owner_create_any on crm.notification',
   'Triggers notify the employees concerned.'),
  ('always_true_write_policy', 'worker_update_any on graphile_worker._private_jobs',
   'graphile-worker takes any job that is due, and puts back what could not be delivered.'),
  ('always_true_write_policy', 'worker_delete_any on graphile_worker._private_jobs',
   'graphile-worker removes any job that has been delivered.'),
  ('always_true_write_policy', 'worker_update_any on graphile_worker._private_job_queues',
   'graphile-worker takes and frees any named queue.'),
  ('always_true_write_policy', 'owner_create_any on audit.signal',
   'Triggers signal every new notification and every change of an event.'),
  ('always_true_write_policy', 'owner_create_any on identity.credential',
   'epic-server employee create gives the first manager a password.'),
  ('always_true_write_policy', 'owner_create_any on identity.login_attempt',
   'identity.log_in counts attempts at any address, known or not.'),
  ('always_true_write_policy', 'owner_update_any on crm_private.idempotency_key',
   'Its functions write to keys of the caller; crm.erase_client takes the answer from all of them.'),
  ('always_true_write_policy', 'owner_update_any on identity.login_attempt',
   'identity.log_in counts attempts at any address, known or not.'),
  ('always_true_write_policy', 'owner_create_any on identity.service_account',
   'epic-server service create creates service accounts, for any active employee.'),
  ('always_true_write_policy', 'owner_update_any on identity.service_account',
   'identity.authenticate_service notes when each was last used; triggers revoke those of an employee who leaves or moves.'),
  ('always_true_write_policy', 'owner_create_any on identity.used_assertion',
   'identity.authenticate_service notes every assertion that it has verified.'),
  ('always_true_write_policy', 'owner_create_any on identity.session',
   'identity.log_in opens a session once the password has been compared.'),
  ('always_true_write_policy', 'owner_update_any on identity.session',
   'identity.refresh extends a session; logging out, a replayed token, another password and deactivation end one.'),
  ('always_true_write_policy', 'owner_create_any on deployment.applied',
   'A deployment records whatever it has applied.'),
  ('always_true_write_policy', 'owner_delete_any on deployment.applied',
   'A deployment removes all that it recorded before.'),
  ('always_true_write_policy', 'owner_create_any on identity.refresh_token',
   'identity.log_in and identity.refresh issue the tokens of every session.'),
  ('always_true_write_policy', 'owner_create_any on identity.access_token',
   'identity.log_in and identity.refresh issue the tokens of every session.'),
  ('always_true_write_policy', 'owner_replace_any on identity.proof_key',
   'There is one key.'),
  ('always_true_write_policy', 'owner_update_any on identity.configuration',
   'There is one row.'),
  ('always_true_write_policy', 'owner_update_any on identity.second_factor',
   'identity.log_in, before there is a session, remembers the code that it has accepted.'),
  ('always_true_write_policy', 'owner_delete_any on identity.second_factor',
   'An operator removes that of an employee who has lost their phone: identity.reset_second_factor.'),
  ('always_true_write_policy', 'owner_delete_any on identity.recovery_code',
   'identity.log_in, before there is a session, uses a recovery code up.'),


  -- Indexes on what a function computes: functions of the owner look up ids through them, in a session alone.

  ('leaky_index', 'crm.client_email_idx',  'crm_private.clients_with_email uses it, as the owner.'),
  ('leaky_index', 'crm.client_phone_idx',  'crm_private.clients_with_phone uses it, as the owner.'),
  ('leaky_index', 'crm.client_search_idx', 'crm_private.clients_containing and the functions of crm.search use it, as the owner.'),
  ('leaky_index', 'crm.event_search_idx',  'crm_private.events_containing and the functions of crm.search use it, as the owner.'),
  ('leaky_index', 'crm.note_search_idx',   'crm_private.notes_containing and the functions of crm.search use it, as the owner.'),
  ('leaky_index', 'crm.contract_total_amount_idx', 'It serves sorting: no condition goes through it.'),
  ('leaky_index', 'crm.contract_own_total_amount_idx', 'It serves sorting: of its columns, conditions go through the sales contact alone.'),
  ('leaky_index', 'crm.contract_amount_to_be_paid_idx', 'It serves sorting: no condition goes through it.'),
  ('leaky_index', 'crm.contract_own_amount_to_be_paid_idx', 'It serves sorting: of its columns, conditions go through the sales contact alone.'),
  ('leaky_index', 'crm.payment_amount_idx', 'It serves sorting: no condition goes through it.'),
  ('policy_column_without_index', 'identity.access_token.expires_at', 'Tokens are deleted by session, through an index, and a session has few.'),


  -- Functions that act as the owner: what they check themselves.

  ('security_definer_exposed', 'identity.open_session(integer,uuid,text,bytea,boolean)',
   'Asks for the secret of an access token; only the API''s login may call it.'),
  ('security_definer_exposed', 'identity.restore_timeouts()',
   'Sets timeouts where there are none, and takes no argument.'),
  ('security_definer_exposed', 'identity.in_session()',
   'Says whether the caller''s claims are proven, and not the proof.'),
  ('security_definer_exposed', 'identity.password_parameters(text,inet)',
   'Gives the salt of an address, never the hash; of an unknown address one that looks the same.'),
  ('security_definer_exposed', 'identity.log_in(text,text,bytea,bytea,text,inet,boolean,text)',
   'Compares the hash and the code itself, counts failures and locks.'),
  ('security_definer_exposed', 'identity.authenticate_service(text,bytea,text,inet)',
   'Verifies a signature itself, lets each assertion pass once, counts failures and locks.'),
  ('security_definer_exposed', 'identity.refresh(bytea,bytea,bytea)',
   'Asks for the digest of a token that is used once; a second use ends the session.'),
  ('security_definer_exposed', 'identity.log_out()',
   'Ends the caller''s own session.'),
  ('security_definer_exposed', 'identity.create_read_only_token(bytea,bytea)',
   'Asks for the secret of a token of the caller''s own session, and gives no more than that token does.'),
  ('security_definer_exposed', 'identity.deployed_release()',
   'Gives the number of the last migration and a digest, and nothing else.'),
  ('security_definer_exposed', 'identity.my_password_parameters(inet)',
   'Gives the caller''s own salt, never the hash.'),
  ('security_definer_exposed', 'identity.change_password(text,text,inet)',
   'Asks for the current password; a policy holds the owner to the caller''s own credential.'),
  ('security_definer_exposed', 'identity.second_factor_confirmed()',
   'Says of the caller alone whether they have confirmed their second factor.'),
  ('security_definer_exposed', 'identity.second_factor_enrolled()',
   'Says of the caller alone whether they have the second factor that they need.'),
  ('security_definer_exposed', 'crm.my_second_factor()',
   'Gives since when the caller has a second factor, never the secret.'),
  ('security_definer_exposed', 'identity.begin_second_factor(text,inet)',
   'Asks for the current password; draws a secret for the caller alone, and gives it this once.'),
  ('security_definer_exposed', 'identity.enable_second_factor(text,inet)',
   'Asks for a code of the caller''s app, counts failures and locks.'),
  ('security_definer_exposed', 'identity.confirm_second_factor(text,inet)',
   'Asks for a code of the caller, counts failures and locks.'),
  ('security_definer_exposed', 'identity.disable_second_factor(text,text,inet)',
   'Asks for the current password and a code of the caller, counts failures and locks.'),
  ('security_definer_exposed', 'identity.replace_recovery_codes(text,inet)',
   'Asks for a code of the caller, counts failures and locks.'),
  ('security_definer_exposed', 'crm.erase_client(integer,boolean)',
   'Execute is granted to management alone, in a session that may write, with the second factor, and the person must confirm.'),
  ('security_definer_exposed', 'crm.merge_clients(integer,integer,boolean,integer,integer)',
   'Management merges clients and writes them no other way. It checks that the session may write, and its second factor.'),
  ('security_definer_exposed', 'crm_private.notifications_about(jsonb)',
   'A notification is read by its recipient alone; an export for the person it is about has all. It asks for a session.'),
  ('security_definer_exposed', 'access.who_may(text,text,integer,text[],jsonb)',
   'Says who may, never a row: in a session alone, and of a row that the caller reads, unless they are of management.'),
  ('security_definer_exposed', 'crm_private.search_exact(text[],text[],text)',
   'Gives ids of records that every employee reads, in a session alone.'),
  ('security_definer_exposed', 'crm_private.search_fuzzy(text[],text[],text)',
   'Gives ids of records that every employee reads, in a session alone.'),
  ('security_definer_exposed', 'crm_private.clients_containing(text)',
   'Gives ids of records that every employee reads, in a session alone.'),
  ('security_definer_exposed', 'crm_private.events_containing(text)',
   'Gives ids of records that every employee reads, in a session alone.'),
  ('security_definer_exposed', 'crm_private.notes_containing(text)',
   'Gives ids of records that every employee reads, in a session alone.'),
  ('security_definer_exposed', 'crm_private.claim_idempotency_key(bytea,integer,bytea)',
   'Claims a key of the caller alone, in a session, and gives the answer that the caller was given.'),
  ('security_definer_exposed', 'crm_private.keep_answer(bytea,integer,json)',
   'Writes to a key that the caller has claimed in this transaction, which no one else reads.'),
  ('security_definer_exposed', 'crm_private.release_idempotency_key(bytea,integer)',
   'Deletes a key of the caller alone, and not one with an answer.'),
  ('security_definer_exposed', 'crm_private.forget_idempotency_keys()',
   'Execute is granted to the worker alone; it forgets what is a day old.'),
  ('security_definer_exposed', 'crm_private.remind_of_notes(text)',
   'Execute is granted to the worker alone; it reminds of what is due in some time zone of the earth, each once.'),
  ('security_definer_exposed', 'crm_private.is_frequent(text,text)',
   'Says whether a text is frequent among records that every employee reads, in a session alone.'),
  ('security_definer_exposed', 'crm_private.clients_spelt_like(text)',
   'Gives ids of records that every employee reads, in a session alone.'),
  ('security_definer_exposed', 'crm_private.clients_with_phone(text)',
   'Gives ids of records that every employee reads, in a session alone.'),
  ('security_definer_exposed', 'crm_private.clients_with_email(text[])',
   'Gives ids of records that every employee reads, in a session alone.'),


  -- Extensions, in a schema that employees may use: crm_private.normalize_text calls unaccent with the rights of its caller.

  ('extension_in_exposed_schema', 'extension unaccent',
   'A trusted extension: its functions take text and give text, and reach no table and no file.'),
  ('extension_in_exposed_schema', 'extension pgcrypto',
   'A trusted extension: its functions compute digests and ciphers of what they are given, and reach no table and no file.'),
  ('extension_in_exposed_schema', 'extension pg_trgm',
   'A trusted extension: its functions compare texts, and reach no table and no file.'),


  -- Tables that graphile-migrate makes for itself. A grant on one of them would be a finding of its own.

  ('rls_disabled', 'graphile_migrate.migrations',
   'graphile-migrate''s ledger, which it writes as epic_owner; granted to no other role.'),
  ('rls_disabled', 'graphile_migrate.current',
   'graphile-migrate''s notes, which it writes as epic_owner; granted to no other role.'),
  ('unindexed_foreign_key', 'migrations_previous_hash_fkey on graphile_migrate.migrations',
   'graphile-migrate never deletes from its ledger, which has a row for each migration.'),


  ('grant_without_policy', 'select on graphile_migrate.migrations to epic_backup', 'It has no row-level security.'),
  ('grant_without_policy', 'select on graphile_migrate.current to epic_backup',    'It has no row-level security.'),


  -- Tables that graphile-worker makes for itself: its functions and its migrations work as epic_owner, on every row.

  ('rls_not_forced', 'graphile_worker._private_jobs',           'Triggers add jobs, as epic_owner.'),
  ('rls_not_forced', 'graphile_worker._private_job_queues',     'graphile-worker''s functions work on it as epic_owner.'),
  ('rls_not_forced', 'graphile_worker._private_tasks',          'graphile-worker''s functions work on it as epic_owner.'),
  ('rls_not_forced', 'graphile_worker._private_known_crontabs', 'graphile-worker''s functions work on it as epic_owner.'),
  ('rls_not_forced', 'graphile_worker.migrations',              'graphile-worker''s ledger, which it writes as epic_owner.'),
  ('rls_without_policy', 'graphile_worker._private_known_crontabs', 'Granted to no role: we use no timetable.'),
  ('rls_without_policy', 'graphile_worker.migrations',              'Granted to no role.'),


  -- Columns that a policy filters by, and that are found another way.

  ('policy_column_without_index', 'crm.notification.read_at',
   'The worker asks for one notification at a time, by its id.'),

  ('policy_column_without_index', 'identity.refresh_token.used_at',
   'The statement that the policy is for finds its one row by the primary key.'),
  ('policy_column_without_index', 'identity.service_account.revoked_at',
   'There are few service accounts, and the statement finds one by its name.'),
  ('policy_column_without_index', 'identity.session.revoked_at',
   'The other column of the policy finds the few sessions of one employee.'),
  ('policy_column_without_index', 'audit.change.changed_at',
   'dba.prune_history, the only one to go by age, reads all of history, and seldom runs.'),
  ('policy_column_without_index', 'audit.change.action',
   'It spares the traces of earlier prunings, of which there are few.'),
  ('policy_column_without_index', 'audit.signal.recipient_id',
   'A subscriber reads the signals of the transactions since they last looked, of which there are few.')


) suppression (rule, object, reason)
-- They are about the objects of Epic Events: where the tools look at another database, none is accepted.
cross join (
  select coalesce(bool_or(rolbypassrls), false) as bypasses from pg_catalog.pg_roles where rolname = 'epic_backup'
) backups
where to_regnamespace('crm') is not null
  -- On managed PostgreSQL policies open the tables to backups: dba.open_to_backups.
  and case
    when rule in ('bypassing_role', 'rls_without_policy') then bypasses
    when rule = 'grant_without_policy' then not bypasses
    else true
  end;
comment on view dba.suppression is
  'Findings that are accepted: the rule, the object as dba.lint names it, and the reason.';
