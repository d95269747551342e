-- Lints of what the API shows: each rule clean, broken and fixed.

begin;
set local search_path = tap, public;
select plan(11);


select test.lint_finds('comments', 'type_without_comment',
  'crm.trial', 'The API would show it without a description.',
  $$ create type crm.trial as (word text);
     comment on column crm.trial.word is 'A word.' $$,
  $$ comment on type crm.trial is 'What was tried.' $$);

select test.lint_finds('comments', 'column_without_comment',
  'crm.client.shoe_size', 'The API would show it without a description.',
  'alter table crm.client add column shoe_size integer',
  $$ comment on column crm.client.shoe_size is 'In French sizes.' $$);

select test.lint_finds('comments', 'column_without_comment',
  'crm.outcome.word', 'The API would show it without a description.',
  $$ create type crm.outcome as (word text);
     comment on type crm.outcome is 'What came of it.' $$,
  $$ comment on column crm.outcome.word is 'A word.' $$);

select test.lint_finds('comments', 'argument_without_comment',
  'crm.take_note(integer,text): words', 'The API would show it without a description.',
  $$ create function crm.take_note(client_id integer, words text) returns integer language sql return 1;
     comment on function crm.take_note(integer, text) is 'Notes something about a client.' $$,
  $$ comment on function crm.take_note(integer, text) is E'Notes something about a client.\n- `words`: What to note.' $$);

select test.lint_finds('comments', 'value_without_comment',
  'crm.client.mood: glad', 'The API would show it without a description.',
  $$ alter table crm.client add column mood text check (mood in ('sad', 'glad'));
     comment on column crm.client.mood is E'How they are.\n- `sad`: They are sad.' $$,
  $$ comment on column crm.client.mood is E'How they are.\n- `sad`: They are sad.\n- `glad`: They are glad.' $$);

select test.lint_finds('comments', 'comment_not_a_sentence',
  object, format('It says: %s', 'Words without an end'),
  format('comment on %s is %L', target, 'Words without an end'),
  format('comment on %s is %L', target, 'Words with an end.'))
from (values
  ('crm.event',                    'table crm.event'),
  ('crm.event.title',              'column crm.event.title'),
  ('crm.search_result',                  'type crm.search_result'),
  ('crm.record_contact(integer)',  'function crm.record_contact(integer)')
) described (object, target);

select is_empty(
  $$ select object from dba.lint_of_comments where object ~ 'is_overdue' $$,
  'a function that is a field of a record has no arguments to describe');

select test.lint_covers('comments');

select * from finish();
rollback;
