import { enumCodec, listOfCodec, type PgCodec, TYPES } from 'postgraphile/@dataplan/pg';
import { queryCatalogue } from './catalogue.ts';
import { parseComment } from './comments.ts';

// Enums of the API are text in the database. The values are those of a column's check constraint, with the descriptions
// in the column's comment; of views and returned types, which have no checks, the values are in the comment too. Three
// are read from the catalogue: RecordKind, HistoryRecord and AccessVerb.

type Column = Parameters<GraphileConfig.GatherHooks['pgCodecs_attribute']>[0]['pgAttribute'];
type TextCodec = PgCodec<string, undefined, unknown, unknown, undefined>;
type EnumValue = { value: string; description: string | null };
type EnumDefinition = { description: string | null; values: EnumValue[] };

const enumsQuery = `
  select
    c.conrelid::regclass || '.' || a.attname as name,
    null as description,
    array(
      select json_build_object('value', word[1])
      from regexp_matches(pg_get_expr(c.conbin, c.conrelid), '''(\\w+)''::text', 'g') word) as values
  from pg_catalog.pg_constraint c
  join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
  where c.contype = 'c'
    and c.connamespace = 'crm'::regnamespace
    and cardinality(c.conkey) = 1
    and pg_get_expr(c.conbin, c.conrelid) ~ '^\\(\\w+ = ANY \\(ARRAY\\[(''\\w+''::text(, )?)+\\]\\)\\)$'

  union all
  -- Every table and view that a role is granted to read.
  select 'RecordKind', 'A kind of record.', array(
    select json_build_object('value', relname, 'description', obj_description(c.oid, 'pg_class'))
    from pg_catalog.pg_class c
    where relnamespace = 'crm'::regnamespace
      and relkind in ('r', 'p', 'v')
      and exists (
        select from (
          select (aclexplode(relacl)).*
          union all
          select (aclexplode(attacl)).* from pg_catalog.pg_attribute where attrelid = c.oid) acl
        where acl.privilege_type = 'SELECT' and acl.grantee <> relowner)
    order by relname)

  union all
  -- Every table whose changes are recorded, and history itself, which records that it was pruned.
  select 'HistoryRecord', 'A kind of record that has a history.', array(
    select json_build_object('value', relname, 'description', obj_description(c.oid, 'pg_class'))
    from pg_catalog.pg_class c
    where relnamespace = 'crm'::regnamespace
      and (relname = 'history' or exists (
        select from pg_catalog.pg_trigger t
        join pg_catalog.pg_proc p on p.oid = tgfoid
        join pg_catalog.pg_namespace n on n.oid = pronamespace
        where tgrelid = c.oid and nspname = 'audit' and proname = 'record_change'))
    order by relname)

  union all
  -- What statements do, and what the business verbs do.
  select 'AccessVerb', 'What may be done to a record.', array(
    select json_build_object('value', verb, 'description', description)
    from (
      values (1, 'read', 'Read it.'), (2, 'create', 'Create one.'), (3, 'update', 'Change it.'), (4, 'delete', 'Delete it.')
      union all
      select 4 + position, listed.item[1], listed.item[2]
      from pg_catalog.pg_proc p
      cross join lateral regexp_matches(obj_description(p.oid, 'pg_proc'), '^- \`(\\w+)\`: (.+)$', 'gn')
        with ordinality listed (item, position)
      where proname = 'business_verbs'
        and pronamespace = (select oid from pg_catalog.pg_namespace where nspname = 'access')
    ) known (position, verb, description)
    order by position, verb)`;

/** Turns columns of crm with a fixed set of values, and arguments of its functions, into enums. */
export function createEnumsPlugin(): GraphileConfig.Plugin {
  let definitions: Map<string, EnumDefinition>;
  let codecs: Map<string, TextCodec>;

  function enumNamed(name: string, { description, values }: EnumDefinition): TextCodec {
    return {
      ...enumCodec({
        name,
        identifier: TYPES.text.sqlType,
        description: description ?? undefined,
        values: values.map(({ value, description }) => ({
          value,
          description: description ?? `${sentenceOf(value)}.`,
        })),
        extensions: { tags: { name } },
      }),
      // text, which an index sorts
      isEnum: false,
      hasNaturalOrdering: true,
    } as TextCodec;
  }

  /** The enum of this name: a column's, by its tag, or one of the catalogue's. */
  function codecNamed(name: string, columns: Iterable<Column>): TextCodec {
    const known = codecs.get(name);
    if (known) return known;
    const own = definitions.get(name);
    for (const column of own ? [] : columns) {
      const definition = column.getTags().enum === name ? definitionOf(column) : null;
      if (definition) return addCodec(name, definition);
    }
    if (!own)
      throw new Error(`db/postgraphile.tags.json5 names an enum that there is not: ${name}.`);
    return addCodec(name, own);
  }

  function addCodec(name: string, definition: EnumDefinition): TextCodec {
    const codec = enumNamed(name, definition);
    codecs.set(name, codec);
    return codec;
  }

  /** The values of a column; null when it has none of its own. */
  function definitionOf(column: Column): EnumDefinition | null {
    const relation = column.getClass();
    const { text, parts } = parseComment(column.getDescription());
    const isChecked = relation && ['r', 'p'].includes(relation.relkind);
    const values = isChecked
      ? definitions.get(`crm.${relation.relname}.${column.attname}`)?.values
      : [...parts.keys()].map((value) => ({ value, description: null }));
    if (!values || values.length === 0) return null;
    return {
      description: text,
      values: values.map(({ value, description }) => ({
        value,
        description: parts.get(value) ?? description,
      })),
    };
  }

  return {
    name: 'EpicEnumsPlugin',
    gather: {
      hooks: {
        async pgIntrospection_introspection(info, { serviceName }) {
          const rows = await queryCatalogue<EnumDefinition & { name: string }>(
            info.resolvedPreset,
            serviceName,
            enumsQuery,
          );
          definitions = new Map(rows.map(({ name, ...definition }) => [name, definition]));
          codecs = new Map();
        },

        async pgCodecs_attribute(info, { serviceName, pgClass, pgAttribute, attribute }) {
          if (pgClass.getNamespace()?.nspname !== 'crm') return;
          const tag = pgAttribute.getTags().enum;
          const definition = definitionOf(pgAttribute);
          if (definition === null && typeof tag !== 'string') return;
          const { introspection } = await info.helpers.pgIntrospection.getService(serviceName);
          const name = typeof tag === 'string' ? tag : `${pgClass.relname}_${pgAttribute.attname}`;
          attribute.codec =
            codecs.get(name) ??
            (definition ? addCodec(name, definition) : codecNamed(name, introspection.attributes));
          if (definition) attribute.description = definition.description ?? undefined;
        },

        async pgProcedures_PgResourceOptions(info, { serviceName, pgProc, resourceOptions }) {
          const { enums } = pgProc.getTags() as { enums?: Record<string, string> };
          if (!enums) return;
          const { introspection } = await info.helpers.pgIntrospection.getService(serviceName);
          resourceOptions.parameters = resourceOptions.parameters?.map((parameter) => {
            const name = enums[parameter.name ?? ''];
            if (name === undefined) return parameter;
            const codec = codecNamed(name, introspection.attributes);
            return {
              ...parameter,
              codec: parameter.codec.arrayOfCodec ? listOfCodec(codec) : codec,
            };
          });
        },
      },
    },
  };
}

function sentenceOf(value: string): string {
  const words = value.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
