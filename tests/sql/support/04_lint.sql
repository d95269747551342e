-- How a rule of dba.lint is tested: clean, broken, fixed. The changes are rolled back with the file.

set search_path = tap, public;

create function test.lint_finds(subject text, rule text, object text, detail text, broken_by text, fixed_by text)
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
  fixed text;
begin
  execute question into clean;
  execute broken_by;
  execute question into broken;
  execute fixed_by;
  execute question into fixed;
  perform set_config('test.linted', concat_ws(' ', nullif(current_setting('test.linted', true), ''), rule), true);
  return is(
    format(E'clean:  %s\nbroken: %s\nfixed:  %s', clean, broken, fixed),
    format(E'clean:  nothing\nbroken: %s: %s\nfixed:  nothing', object, detail),
    format('%s: %s', rule, object));
end
$$;
comment on function test.lint_finds(text, text, text, text, text, text) is
  'A rule of dba.lint_of_<subject> finds nothing, then, when broken, exactly this object with this detail, and nothing again when fixed.';

create function test.lint_covers(subject text) returns text
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
comment on function test.lint_covers(text) is
  'test.lint_finds has been called for every rule that the view can find, and for no other.';

grant execute on function test.lint_finds(text, text, text, text, text, text), test.lint_covers(text) to public;

reset search_path;
