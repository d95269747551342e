-- The expressions of the catalogue as trees. PostgreSQL prints an expression as text for people (pg_get_expr), where the
-- parentheses do not tell what belongs together and a name does not tell whose column it is; the tree tells both.


-- The nodes of a tree as rows, numbered so that the nodes beneath one are those from its number to `last`. `field` is the
-- field of the parent that holds the node; `attributes` what the node has besides other nodes; `queries` the number of
-- sub-selects around it. The kinds are those of PostgreSQL 18; some had other names before 16.

create function dba.expression_nodes(tree text)
returns table (n integer, parent integer, last integer, field text, kind text, attributes text, queries integer)
language plpgsql immutable strict rows 20
set search_path = ''
as $$
declare
  token   text[];
  depth   integer := 0;
  within  integer := 0;
  path    integer[] := '{}';
  nodes   integer := 0;
  parents integer[] := '{}';
  lasts   integer[] := '{}';
  fields  text[] := '{}';
  kinds   text[] := '{}';
  texts   text[] := '{}';
  depths  integer[] := '{}';
begin
  -- A brace in a name is written \{.
  for token in select regexp_matches(replace(replace(tree, '\{', '('), '\}', ')'), '(\{[A-Z_]+|\})([^{}]*)', 'g') loop
    if token[1] <> '}' then
      nodes := nodes + 1;
      if depth > 0 then
        parents[nodes] := path[depth];
        fields[nodes]  := substring(texts[path[depth]] from '.*:(\w+)');
      else
        parents[nodes] := 0;
        fields[nodes]  := '';
      end if;
      kinds[nodes] := case token[1]
        when '{COALESCE' then 'COALESCEEXPR' when '{CASE' then 'CASEEXPR' when '{WHEN' then 'CASEWHEN'
        when '{ARRAY' then 'ARRAYEXPR' when '{RTE' then 'RANGETBLENTRY' when '{RECORDCOMPAREEXPR' then 'ROWCOMPAREEXPR'
        else substr(token[1], 2)
      end;
      texts[nodes]  := token[2];
      lasts[nodes]  := nodes;
      depths[nodes] := within;
      within := within + (kinds[nodes] = 'QUERY')::integer;
      depth := depth + 1;
      path[depth] := nodes;
    else
      within := within - (kinds[path[depth]] = 'QUERY')::integer;
      lasts[path[depth]] := nodes;
      depth := depth - 1;
      if depth > 0 then
        texts[path[depth]] := texts[path[depth]] || token[2];
      end if;
    end if;
  end loop;
  return query
    select number::integer, found.parent, found.last, found.field, found.kind, found.attributes, found.queries
    from unnest(parents, lasts, fields, kinds, texts, depths)
      with ordinality found (parent, last, field, kind, attributes, queries, number);
end
$$;
comment on function dba.expression_nodes(text) is
  'The nodes of an expression tree (pg_node_tree) as rows: the nodes beneath one are those from n to last.';


create function dba.node_attribute(attributes text, name text) returns text
language sql immutable strict parallel safe
set search_path = ''
return substring(attributes from ':' || name || ' (\S+)');
comment on function dba.node_attribute(text, text) is
  'An attribute of a node that is one word, such as the number of a function.';

-- A value of type text is stored with a header of four bytes.
create function dba.node_text(attributes text) returns text
language sql immutable strict
set search_path = ''
as $$
  select convert_from(decode(string_agg(lpad(to_hex(byte.value::integer & 255), 2, '0'), '' order by byte.n), 'hex'), getdatabaseencoding())
  from regexp_split_to_table(btrim(substring(attributes from ':constvalue \d+ \[ ([-\d ]+)\]')), ' ')
    with ordinality byte (value, n)
  where byte.n > 4
    and dba.node_attribute(attributes, 'consttype') in ('25', '1042', '1043')
$$;
comment on function dba.node_text(text) is
  'The value of a constant node of type text, varchar or char; null for one of another type.';


-- What an expression is when no claim is set, whatever is in the row: true, false, null, a constant, or unknown (?).
-- Three-valued logic on the tree; nothing is executed. A claim that is missing is null, or '' in a connection where a
-- transaction before has set it. Functions that read claims give null then, or false if they give a boolean.

create function dba.value_without_claims(tree text, claim_readers oid[], missing text default null) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  node     record;
  value    text;
  results  text[];
  operands text[] := '{}';  -- of each node: the values of those beneath it, in their order
  type     text;
  function oid;
  test     integer;
  branch   text;
begin
  for node in select * from dba.expression_nodes(tree) nodes order by nodes.n desc loop
    results := string_to_array(operands[node.n], E'\x1f');
    value := '?';
    case node.kind
    when 'CONST' then
      type := dba.node_attribute(node.attributes, 'consttype');
      value := case
        when dba.node_attribute(node.attributes, 'constisnull') = 'true' then 'null'
        when type = '16' then (node.attributes ~ ':constvalue 1 \[ 1 ')::text
        when type = '25' then '=' || coalesce(dba.node_text(node.attributes), '')
        else '=' || coalesce(substring(node.attributes from ':constvalue (.*\])'), '')
      end;

    when 'FUNCEXPR' then
      function := dba.node_attribute(node.attributes, 'funcid')::oid;
      if function = any (claim_readers) then
        value := case dba.node_attribute(node.attributes, 'funcresulttype') when '16' then 'false' else 'null' end;
      elsif function = 'pg_catalog.current_setting(text, boolean)'::regprocedure and results[1] like '=%.%' then
        value := coalesce('=' || missing, 'null');
      elsif 'null' = any (results) and (select proisstrict from pg_catalog.pg_proc where oid = function) then
        value := 'null';
      elsif results[1] = '=' and dba.node_attribute(node.attributes, 'funcformat') <> '0' then
        value := 'null';  -- a cast of '' fails
      end if;

    when 'DISTINCTEXPR' then
      value := case when '?' = any (results) then '?' else (results[1] <> results[2])::text end;

    when 'NULLIFEXPR' then
      value := case
        when results[1] = 'null' or results[1] <> '?' and results[1] = results[2] then 'null'
        when '?' = any (results) then '?'
        else results[1]
      end;

    when 'OPEXPR', 'SCALARARRAYOPEXPR' then
      if 'null' = any (results)
         and (select proisstrict from pg_catalog.pg_proc where oid = dba.node_attribute(node.attributes, 'opfuncid')::oid) then
        value := 'null';
      elsif node.kind = 'OPEXPR' and results[1] like '=%' and results[2] like '=%' then
        value := case (select oprname from pg_catalog.pg_operator where oid = dba.node_attribute(node.attributes, 'opno')::oid)
          when '='  then (results[1] = results[2])::text
          when '<>' then (results[1] <> results[2])::text
          else '?'
        end;
      end if;

    when 'BOOLEXPR' then
      value := case dba.node_attribute(node.attributes, 'boolop')
        when 'and' then case
          when 'false' = any (results) then 'false' when '?' = any (results) then '?'
          when 'null' = any (results) then 'null' else 'true' end
        when 'or' then case
          when 'true' = any (results) then 'true' when '?' = any (results) then '?'
          when 'null' = any (results) then 'null' else 'false' end
        else case results[1] when 'true' then 'false' when 'false' then 'true' else results[1] end
      end;

    when 'NULLTEST' then
      if results[1] <> '?' then
        value := ((results[1] = 'null') = (dba.node_attribute(node.attributes, 'nulltesttype') = '0'))::text;
      end if;

    when 'BOOLEANTEST' then
      if results[1] <> '?' then
        -- in this order: is true, is not true, is false, is not false, is unknown, is not unknown
        test := dba.node_attribute(node.attributes, 'booltesttype')::integer;
        value := ((results[1] = (array['true', 'false', 'null'])[test / 2 + 1]) = (test % 2 = 0))::text;
      end if;

    when 'COALESCEEXPR' then
      value := coalesce((array_remove(results, 'null'))[1], 'null');

    when 'CASEWHEN' then
      value := results[1] || E'\x1e' || results[2];

    when 'CASEEXPR' then
      if node.attributes ~ ':arg <>' then
        -- the first branch whose condition is true, if those before it are known not to be
        value := 'null';
        foreach branch in array results loop
          value := case split_part(branch, E'\x1e', 1)
            when 'true' then split_part(branch, E'\x1e', 2)
            when 'false' then 'null'
            when 'null' then 'null'
            else '?'
          end;
          if strpos(branch, E'\x1e') = 0 then  -- else
            value := branch;
          end if;
          exit when value = '?' or strpos(branch, E'\x1e') = 0 or split_part(branch, E'\x1e', 1) = 'true';
        end loop;
      end if;

    when 'COERCEVIAIO' then
      value := case when results[1] in ('null', '=') then 'null' else '?' end;

    when 'RELABELTYPE', 'COERCETODOMAIN', 'TARGETENTRY', 'FROMEXPR' then
      value := coalesce(results[1], 'none');

    -- A sub-select that no row can satisfy is empty; one without a table is what it selects.
    when 'QUERY' then
      value := case
        when node.attributes ~ ':(hasAggs|hasWindowFuncs|hasTargetSRFs) true' then '?'
        when results[1] in ('null', 'false') then 'empty'
        when node.attributes ~ ':rtable <>' and results[1] = 'none' then coalesce(results[2], '?')
        when node.attributes ~ ':rtable <>' and results[1] = 'true' then results[2]
        else '?'
      end;

    when 'SUBLINK' then
      type := dba.node_attribute(node.attributes, 'subLinkType');  -- 0 exists, 2 any, 4 a value
      value := case
        when results[cardinality(results)] = 'empty' then case when type in ('0', '2') then 'false' else 'null' end
        when type = '4' then results[1]
        else '?'
      end;

    else
      null;
    end case;

    -- Only what an expression is made of counts: not the tables of a sub-select, nor what it sorts by.
    if node.parent = 0 then
      return coalesce(value, '?');
    elsif node.field in ('args', 'arg', 'expr', 'result', 'defresult', 'quals', 'subselect', 'testexpr')
       or node.field in ('targetList', 'jointree') and node.kind in ('TARGETENTRY', 'FROMEXPR') then
      operands[node.parent] := coalesce(value, '?') || coalesce(E'\x1f' || operands[node.parent], '');
    end if;
  end loop;
  return '?';
end
$$;
comment on function dba.value_without_claims(text, oid[], text) is
  'What an expression is when no claim is set, for every row alike: true, false, null, = and a constant, or ? when the row decides.';
