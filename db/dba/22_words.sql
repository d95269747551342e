-- The condition of a policy in words. They come from its expression, never from its name or comment, so that the matrix says
-- what PostgreSQL enforces. What these functions do not understand is shown as the expression itself.


-- PostgreSQL prints an expression as it was parsed; this takes it back to what a person would write.

create function dba.pretty_expression(expression text) returns text
language sql immutable strict
set search_path = ''
as $$
  select regexp_replace(regexp_replace(
    string_agg(part, '' order by n),
    '(?<!\w)\(\(select ([\w.]+(?:\(\))?) as "?\w+"?\)\)|\(select ([\w.]+(?:\(\))?) as "?\w+"?\)', '(select \1\2)', 'g'),
    '= any \(array\[([^\]]*)\]\)', 'in (\1)', 'g')
  from (
    select n, case
      when text[1] ~ '^[''"]' then text[1]
      else regexp_replace(regexp_replace(regexp_replace(regexp_replace(lower(text[1]),
             '^::text', ''),
             '\m(\d+)::numeric', '\1', 'g'),
             '\s+', ' ', 'g'),
             '\( select', '(select', 'g')
      end
    from regexp_matches(expression, '''[^'']*''|"[^"]*"|[^''"]+', 'g') with ordinality piece (text, n)
  ) parts (n, part)
$$;
comment on function dba.pretty_expression(text) is
  'An expression of the catalogue in lower case and without what PostgreSQL adds to it: casts of literals, aliases, needless parentheses.';


create function dba.plain_expression(expression text) returns text
language sql immutable strict
set search_path = ''
as $$
  select regexp_replace(regexp_replace(regexp_replace(
    string_agg(part, '' order by n),
    '(?<!\w)\((\w+|array\[[^\]]*\])\)', '\1', 'g'),
    '= any \(?array\[([^\]]*)\]\)?', 'in (\1)', 'g'),
    'not \((\w+) is distinct from ([^()]*|\(select [\w.]+\(\)\))\)', '\1 is not distinct from \2', 'g')
  from (
    select n, case
      when text[1] ~ '^[''"]' then text[1]
      else regexp_replace(text[1], '::(character varying|bit varying|double precision|(time|timestamp)(\(\d\))? with(out)? time zone|[\w.]+)(\(\d+\))?(\[\])?', '', 'g')
      end
    from regexp_matches(dba.pretty_expression(expression), '''[^'']*''|"[^"]*"|[^''"]+', 'g') with ordinality piece (text, n)
  ) parts (n, part)
$$;
comment on function dba.plain_expression(text) is
  'An expression of the catalogue as dba.pretty_expression prints it, without casts: they matter to no word.';


-- An expression as pg_get_expr(…) prints it has parentheses around each condition, and is taken apart by them.

create function dba.unwrap(expression text) returns text
language sql immutable strict
set search_path = ''
as $$
  with recursive layer (text, n) as (
    select btrim(expression), 0
    union all
    select btrim(substr(text, 2, length(text) - 2)), n + 1
    from layer
    where text like '(%)' and text !~ '^\(select\M'
      -- the first parenthesis is closed by the last one
      and (select bool_and(depth > 0 or is_last)
           from (
             select sum(case token.text[1] when '(' then 1 when ')' then -1 else 0 end) over (order by token.n) as depth,
                    lead(token.n) over (order by token.n) is null as is_last
             from regexp_matches(layer.text, '''[^'']*''|"[^"]*"|[()]|[^''"()]+', 'g') with ordinality token (text, n)
           ) tokens)
  )
  select text from layer order by n desc limit 1
$$;
comment on function dba.unwrap(text) is 'An expression without the parentheses around all of it; those of a subquery stay.';

create function dba.split_condition(expression text, operator text) returns text[]
language sql immutable strict
set search_path = ''
as $$
  with token as (
    select found[1] as text, n,
           sum(case found[1] when '(' then 1 when ')' then -1 else 0 end) over (order by n) as depth
    from regexp_matches(dba.unwrap(expression), '''[^'']*''|"[^"]*"|[()]| ' || operator || ' |[^''"() ]+| ', 'g')
      with ordinality piece (found, n)
  ),
  numbered as (
    select text, n, text = ' ' || operator || ' ' and depth = 0 as is_operator,
           count(*) filter (where text = ' ' || operator || ' ' and depth = 0) over (order by n) as part
    from token
  )
  select array_agg(text order by part)
  from (
    select part, string_agg(text, '' order by n) as text
    from numbered
    where not is_operator
    group by part
  ) parts
$$;
comment on function dba.split_condition(text, text) is
  'The conditions that an expression joins with `and`, or with `or`, at its top: itself alone when it joins none.';


create function dba.is_caller(expression text) returns boolean
language sql immutable strict
set search_path = ''
as $$
  select dba.unwrap(regexp_replace(expression, '^\(?\(select (.*)\)\)?$', '\1'))
    ~ ('^((\w+\.)?((current_)?(employee|user|person|member|customer|account|profile)(_id)?|uid)\(\)|current_user|session_user|'
       || '(nullif\()?current_setting\(''[\w.]*(employee|user|person|member|customer|account|profile)_?id''(, true)?\)(, ''''\))?)$')
$$;
comment on function dba.is_caller(text) is
  'Whether an expression is the person who asks: crm.current_employee_id(), auth.uid(), current_user, current_setting(''app.user_id'').';


-- The parts of a condition are adjectives (own, draft, not signed), or anything else, which is set apart by commas. What might
-- be read in two ways is in parentheses.

create function dba.condition_word(expression text, relation text) returns text
language plpgsql immutable strict
set search_path = ''
as $$
declare
  condition text   := dba.unwrap(expression);
  parts     text[] := dba.split_condition(expression, 'or');
  words     text[];
begin
  if cardinality(parts) > 1 then
    words := array(
      select case when word ~ ' ' and cardinality(dba.split_condition(part, 'and')) > 1 then '(' || word || ')' else word end
      from unnest(parts) with ordinality one (part, n)
      cross join lateral dba.condition_word(part, relation) word
      where word <> 'none'
      order by n);
    return case when 'all' = any (words) then 'all' else coalesce(nullif(array_to_string(words, ' or '), ''), 'none') end;
  end if;

  parts := dba.split_condition(expression, 'and');
  if cardinality(parts) > 1 then
    return (
      select case when bool_or(word = 'none') then 'none' else coalesce(nullif(concat_ws(', ',
        string_agg(word, ' ' order by word <> 'own', n) filter (where is_adjective),
        string_agg(case when word ~ ' or ' and cardinality(dba.split_condition(part, 'or')) > 1 then '(' || word || ')' else word end,
                   ', ' order by n) filter (where not is_adjective)), ''), 'all') end
      from unnest(parts) with ordinality one (part, n)
      cross join lateral dba.condition_word(part, relation) word
      cross join lateral (select word ~ '^[\w/]+$') kind (is_adjective)
      where word <> 'all');
  end if;

  return coalesce(
    dba.column_word(condition),
    dba.related_word(condition, relation),
    case when length(condition) > 40 then substr(condition, 1, 39) || '…' else condition end);
end
$$;
comment on function dba.condition_word(text, text) is
  'A condition on the rows of a relation in words: all, none, own, own draft, draft of own client. What it does not understand is the expression itself, shortened. Takes dba.plain_expression of what pg_get_expr prints with all its parentheses.';


create function dba.column_word(plain text) returns text
language plpgsql immutable strict
set search_path = ''
as $$
declare
  found text[];
begin
  if plain in ('true', 'false') then
    return case plain when 'true' then 'all' else 'none' end;
  end if;

  found := coalesce(
    regexp_match(plain, '^(\w+) (=|<>) (.+)$'),
    (select array[turned[3], turned[2], turned[1]] from regexp_match(plain, '^(.+) (=|<>) (\w+)$') turned));
  if dba.is_caller(found[3]) then
    return case found[2] when '<>' then 'not ' else '' end
      || case when found[1] = 'id' then 'self' when found[1] ~ '_by(_id)?$' then 'in own name' else 'own' end;
  end if;

  -- a name that reads like one of our words is no word
  if plain ~ '\m(all|none|own|self)\M' then
    return case when plain ~ '^\w+$' then format('"%s"', plain) end;
  end if;

  -- its state
  found := regexp_match(plain, '^(?:status|state) (=|<>) ''(\w+)''$');
  if found is not null then
    return case found[1] when '<>' then 'not ' else '' end || found[2];
  end if;
  found := regexp_match(plain, '^(?:status|state) in \(''((?:\w|'', '')+)''\)$');
  if found is not null then
    return replace(found[1], ''', ''', '/');
  end if;

  -- whether something has happened: revoked_at is null
  found := regexp_match(plain, '^(\w+ed|read|paid|sent)_(?:at|on) is (null|not null)$');
  if found is not null then
    return case found[2] when 'null' then 'not ' else '' end || replace(found[1], '_', ' ');
  end if;

  found := regexp_match(plain, '^(\w+ed|read|paid|sent)_(?:at|on) = now\(\)$');
  if found is not null then
    return replace(found[1], '_', ' ') || ' now';
  end if;

  -- whether a row refers to another: support_contact_id is null
  found := regexp_match(plain, '^(\w+)_id is (null|not null)$');
  if found is not null then
    return case found[2] when 'null' then 'no ' else 'with ' end || replace(found[1], '_', ' ');
  end if;

  -- a claim that is there, that is not, or that the row repeats
  found := regexp_match(plain, '^\(select (?:\w+\.)?current_(\w+?)(?:_id)?\(\)\) is (null|not null)$');
  if found is not null then
    return case found[2] when 'null' then 'without ' else 'with ' end || replace(found[1], '_', ' ');
  end if;
  found := regexp_match(plain, '^(\w+?)(?:_id)? (=|is not distinct from) \(select (?:\w+\.)?current_(\w+?)(?:_id)?\(\)\)$');
  if found[1] = found[3] then
    return case found[2] when '=' then 'own ' else 'same ' end || replace(found[1], '_', ' ');
  end if;

  -- a boolean column, or a function that asks about the session alone
  found := coalesce(
    regexp_match(plain, '^(not )?(?:is_)?(\w+)$'),
    (select array['if ', session[1]] from regexp_match(plain, '^\(?(?:select )?(?:\w+\.)?(?:is_)?(\w+)\(\)\)?$') session));
  return coalesce(found[1], '') || replace(found[2], '_', ' ');
end
$$;
comment on function dba.column_word(text) is
  'A condition on columns, or on the session, in words; null when it does not understand it.';


-- exists (select from parent where parent.id = child.parent_id and …), and the same with in.

create function dba.related_word(condition text, relation text) returns text
language plpgsql immutable strict
set search_path = ''
as $$
declare
  found               text[];
  parent              text;
  alias               text;
  parts               text[];
  condition_of_parent text;
  bound_by            text;
  word                text;
begin
  found := regexp_match(condition, '^exists \(select (?:\d+ )?from (?:\w+\.)?(\w+)(?: (\w+))? where (.+)\)$');
  if found is not null then
    parts := dba.split_condition(found[3], 'and');
  else
    found := regexp_match(condition, '^\w+ in \(select (?:\w+\.)?(\w+) from (?:\w+\.)?(\w+)(?: (\w+))? where (.+)\)$');
    parts := dba.split_condition(found[4], 'and');
    bound_by := found[1];
    found := found[2:3];
  end if;
  parent := found[1];
  alias := coalesce(found[2], parent);

  if bound_by is null and relation ~ '^\w+$' then
    select part.columns[1], array_remove(parts, part.text)
    into bound_by, parts
    from (
      select text, coalesce(
        regexp_match(text, format('^\(?%s\.(\w+) = %s\.\w+\)?$', alias, relation)),
        regexp_match(text, format('^\(?%s\.\w+ = %s\.(\w+)\)?$', relation, alias)))
      from unnest(parts) text
    ) part (text, columns)
    where part.columns is not null
    limit 1;
  end if;

  condition_of_parent := (select string_agg(format('(%s)', dba.unwrap(part)), ' and ') from unnest(parts) part);
  -- bound to the row in no way, or in more than one
  if bound_by is null or relation !~ '^\w+$' or condition_of_parent ~ format('\m%s\.', relation)
    or exists (select from regexp_matches(condition_of_parent, '''[^'']*''', 'g') literal where literal[1] ~ format('\m%s\.', alias)) then
    return null;
  end if;
  word := dba.condition_word(regexp_replace(condition_of_parent, format('\m%s\.', alias), '', 'g'), parent);
  return case bound_by when 'id' then 'of ' else 'with ' end
    || case when word is null or word = 'all' then 'a ' || parent
            when word ~ '^[\w/ ]+$' and word !~ ' or ' then word || ' ' || parent
            else format('%s (%s)', parent, word) end;
end
$$;
comment on function dba.related_word(text, text) is
  'A condition on a row that belongs to a row of the relation, in words: of own contract; null when it does not understand it.';


-- The scope of a policy.

create function dba.policy_scope(verb text, mode text, using_expression text, check_expression text, relation text)
returns text
language sql immutable
set search_path = ''
as $$
  select case
    when 'none' in (before, after)                   then 'none'
    when verb in ('read', 'delete')                  then before
    when verb = 'create' or after = before           then after
    when mode = 'restrictive' and before = 'all'     then after
    else                                                  before || ' → ' || after
  end
  from (
    select
      dba.condition_word(dba.plain_expression(coalesce(using_expression, 'true')), relation),
      dba.condition_word(dba.plain_expression(coalesce(check_expression, using_expression, 'true')), relation)
  ) word (before, after)
$$;
comment on function dba.policy_scope(text, text, text, text, text) is
  'Which rows a policy is about, in words: all, none, own, own draft. An update that may change what counts has both: own draft → own draft/signed. Takes the expressions as pg_get_expr prints them, and the name of the relation.';
