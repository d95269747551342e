-- Lints of comments: schema crm is the API, and the comment on an object is its description there.

-- The text of a comment, without the list of items that it may end with: "- `draft`: Not signed yet."

create function dba.comment_text(comment text) returns text
language sql immutable
set search_path = ''
as $$ select btrim(regexp_replace(comment, '^- `\w+`: .+$', '', 'gn'), E' \n') $$;
comment on function dba.comment_text(text) is
  'A comment without the list of values or arguments at its end.';

create function dba.comment_item(comment text, item text) returns text
language sql immutable
set search_path = ''
as $$ select substring(comment from format('(?n)^- `%s`: (.+)$', item)) $$;
comment on function dba.comment_item(text, text) is
  'What a comment says of one of the values or arguments in the list at its end; null if it is not there.';


create view dba.lint_of_comments with (security_invoker) as
with
exposed as (
  select class.oid, class.relname as name, class.relkind as kind,
         format('%I.%I', schema.nspname, class.relname) as object
  from pg_catalog.pg_class class
  join pg_catalog.pg_namespace schema on schema.oid = class.relnamespace
  where schema.nspname = 'crm'
    and class.relkind in ('r', 'p', 'v', 'c')
),
exposed_column as (
  select exposed.oid, exposed.kind, attribute.attnum, attribute.attname as name,
         format('%s.%I', exposed.object, attribute.attname) as object,
         col_description(exposed.oid, attribute.attnum) as comment
  from exposed
  join pg_catalog.pg_attribute attribute on attribute.attrelid = exposed.oid
  where attribute.attnum > 0 and not attribute.attisdropped
),
exposed_function as (
  select function.*, dba.signature(function.oid) as object, obj_description(function.oid, 'pg_proc') as comment
  from pg_catalog.pg_proc function
  join pg_catalog.pg_namespace schema on schema.oid = function.pronamespace
  where schema.nspname = 'crm'
    and function.prorettype <> 'trigger'::regtype
),
shown (name, object, words) as (
  -- Tables and functions without any comment are findings of grant_without_comment.
  select case kind when 'c' then 'type_without_comment' end, object,
         coalesce(
           obj_description(exposed.oid, 'pg_class'),
           (select obj_description(type.oid, 'pg_type') from pg_catalog.pg_type type where type.typrelid = exposed.oid and kind = 'c'))
  from exposed
  union all
  select 'column_without_comment', object, dba.comment_text(comment)
  from exposed_column
  where name <> 'id'
  union all
  select null, object, dba.comment_text(comment)
  from exposed_function
  union all
  -- An argument that is called like a record, or like a column of the table that is returned, is described by that.
  select 'argument_without_comment', format('%s: %s', function.object, argument.name),
         dba.comment_item(function.comment, argument.name)
  from exposed_function function
  cross join lateral unnest(function.proargnames[1:function.pronargs]) argument (name)
  where (argument.name !~ '_id$' or not exists (
          select from exposed where exposed.kind <> 'c' and exposed.name = substring(argument.name from '^(.+)_id$')))
    and not exists (
      select from exposed_column
      join pg_catalog.pg_type returned on returned.oid = function.prorettype and returned.typrelid = exposed_column.oid
      where exposed_column.kind <> 'c' and exposed_column.name = argument.name)
    -- A field of a record: the record is no argument.
    and function.proargtypes[0] is distinct from (
      select row_type.reltype from pg_catalog.pg_class row_type
      where row_type.reltype = function.proargtypes[0] and row_type.oid in (select oid from exposed))
  union all
  select 'value_without_comment', format('%s: %s', exposed_column.object, word.found[1]),
         dba.comment_item(exposed_column.comment, word.found[1])
  from exposed_column
  join pg_catalog.pg_constraint rule
    on rule.conrelid = exposed_column.oid and rule.contype = 'c' and rule.conkey = array[exposed_column.attnum]
  cross join lateral pg_get_expr(rule.conbin, rule.conrelid) expression
  cross join lateral regexp_matches(expression, '''(\w+)''::text', 'g') word (found)
  where expression ~ '^\(\w+ = ANY \(ARRAY\[(''\w+''::text(, )?)+\]\)\)$'
)
select name, object, 'The API would show it without a description.' as detail
from shown
where name is not null
  and coalesce(words, '') = ''


union all
select 'comment_not_a_sentence', object, format('It says: %s', words)
from shown
where words <> ''
  and words !~ '\w.*[.:]$';
comment on view dba.lint_of_comments is
  'Findings about what the API would show without a description, or with one that is no sentence.';
