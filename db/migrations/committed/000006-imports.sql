--! Previous: sha1:5eb035cf15e258a9919f6097638368631df09ce7
--! Hash: sha1:26bdd200032f7f52496ae4a865d767107d09a001
--! Message: imports

-- Imports: the lines that wait, and what comes of them. See db/functions/imports.sql.

create table staging.import_line (
  employee_id integer     not null default crm.current_employee_id(),
  import_id   uuid        not null,
  line        integer     not null,
  input       jsonb       not null,
  staged_at   timestamptz not null default now(),

  constraint import_line_pkey             primary key (employee_id, import_id, line),
  constraint import_line_employee_id_fkey foreign key (employee_id) references crm.employee on delete cascade,
  constraint import_line_is_a_record      check (jsonb_typeof(input) = 'object')
);
alter table staging.import_line enable row level security, force row level security;

create index import_line_staged_at_idx on staging.import_line (staged_at);

comment on table  staging.import_line             is 'A line of an import that is under way. Removed when the import ends, or with the next import a day later.';
comment on column staging.import_line.employee_id is 'Who imports.';
comment on column staging.import_line.import_id   is 'The import: a UUID that the caller draws.';
comment on column staging.import_line.line        is 'The number by which problems name the line.';
comment on column staging.import_line.input       is 'The values of the line, by column. One that is left out stays as it is, or gets its default.';
comment on column staging.import_line.staged_at   is 'When the line came in.';

comment on constraint import_line_employee_id_fkey on staging.import_line is 'The employee has an import under way.';
comment on constraint import_line_is_a_record      on staging.import_line is 'A line of an import is an object with its values by column.';

comment on index staging.import_line_staged_at_idx is 'Serves removing the lines of imports that were never ended.';


-- What an import returns

create type crm.import_problem as (
  line        integer,
  column_name text,
  message     text
);
comment on type   crm.import_problem             is 'Why a line of an import cannot be written.';
comment on column crm.import_problem.line        is 'The number of the line.';
comment on column crm.import_problem.column_name is 'The column that it is about, if it is about one.';
comment on column crm.import_problem.message     is 'What is wrong, in a sentence.';

create type crm.import_outcome as (
  created   integer,
  updated   integer,
  unchanged integer,
  problems  crm.import_problem[]
);
comment on type   crm.import_outcome           is 'What came of an import: with a problem, or in a dry run, nothing was written.';
comment on column crm.import_outcome.created   is 'How many records were created, or would be.';
comment on column crm.import_outcome.updated   is 'How many records were changed, or would be.';
comment on column crm.import_outcome.unchanged is 'How many records were the same already.';
comment on column crm.import_outcome.problems  is 'Everything that stands in the way, by line.';
