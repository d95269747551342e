-- How a rule of dba.lint is tested: clean, broken, mended. What breaks it is done by the DBA, and undone with the file.

set search_path = tap, public;

create function test.lints(subject text, rule text, object text, detail text, broken_by text, mended_by text)
returns text
language plpgsql
as $$
declare
  question text := format(
    $sql$ select coalesce(string_agg(format('%%s: %%s', object, detail), E'\n' order by object collate "C"), 'nothing')
          from dba.lint_of_%I
          where name = %L
            and not exists (select from dba.suppression where rule = name and suppression.object = lint_of_%1$I.object) $sql$,
    subject, rule);
  clean  text;
  broken text;
  mended text;
begin
  execute question into clean;
  execute broken_by;
  execute question into broken;
  execute mended_by;
  execute question into mended;
  perform set_config('test.linted', concat_ws(' ', nullif(current_setting('test.linted', true), ''), rule), true);
  return is(
    format(E'clean:  %s\nbroken: %s\nmended: %s', clean, broken, mended),
    format(E'clean:  nothing\nbroken: %s: %s\nmended: nothing', object, detail),
    format('%s: %s', rule, object));
end
$$;
comment on function test.lints(text, text, text, text, text, text) is
  'A rule of dba.lint_of_<subject> finds nothing, then, when broken, exactly this object with this detail, and nothing again when mended.';

create function test.lints_every_rule_of(subject text) returns text
language plpgsql
as $$
begin
  return is(
    (select string_agg(distinct rule, E'\n' order by rule)
     from regexp_split_to_table(current_setting('test.linted', true), ' ') rule),
    (select string_agg(name, E'\n' order by name)
     from dba.lint_rule
     where pg_get_viewdef(format('dba.lint_of_%I', subject)::regclass) ~ format('''%s''', name)),
    format('every rule of dba.lint_of_%s is tested here', subject));
end
$$;
comment on function test.lints_every_rule_of(text) is
  'test.lints has been called for every rule that the view can find, and for no other.';

grant execute on function test.lints(text, text, text, text, text, text), test.lints_every_rule_of(text) to public;

reset search_path;
