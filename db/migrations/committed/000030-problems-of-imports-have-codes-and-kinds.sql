--! Previous: sha1:38b7448bd9901ba01d8554731c5eb5c74fbed3ee
--! Hash: sha1:e384cadfa810bd5c759a4a3cd6cbc2f9c531f4ac
--! Message: problems of imports have codes and kinds

-- The migration that is being written: see "Change a rule, a function or a table" in db/README.md.

-- What an import returns has what errors have: a code, a kind and the field.

do $do$
begin
  if not exists (
    select from pg_catalog.pg_attribute where attrelid = 'crm.import_problem'::regclass and attname = 'code' and not attisdropped)
  then
    alter type crm.import_problem add attribute code text, add attribute kind text, add attribute field text;
    alter type crm.import_outcome add attribute record text;
  end if;
end
$do$;

comment on column crm.import_problem.code is
'What kind of problem it is, as the `code` of an error.
- `INVALID`: A value is missing, cannot be read or breaks a rule.
- `NOT_FOUND`: There is no such record, or none that you may see.
- `CONFLICT`: The record is there already, or twice in the import.
- `FORBIDDEN`: A policy refuses.';
comment on column crm.import_problem.kind is 'The stable name of what refused, as the `kind` of an error: of a constraint, a rule or a policy, or `missing`, `value_unreadable`, `client_is_known` or `line_is_repeated`.';
comment on column crm.import_problem.field is 'The field that it is about, if it is about one.';
comment on column crm.import_outcome.record is
'What was imported.
- `client`: Clients.
- `contract`: Contracts.
- `event`: Events.';

comment on column staging.import_line.input is 'The values of the line, by column, also where fields of the API were given. One that is left out stays as it is, or gets its default.';
