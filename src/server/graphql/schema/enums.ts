import {
  enumCodec,
  listOfCodec,
  type PgCodec,
  TYPES,
  withPgClientFromPgService,
} from 'postgraphile/@dataplan/pg';
import { readComment } from './comments.ts';

// Closed sets are text in the database and enums in the API. Their one home is the database: what the check of one
// column lists, with what the column's comment says of each; where there can be no check, in a view or in what a function
// returns, the list in the comment itself. Two are of the catalogue: the records, and what may be done to them.

type Column = Parameters<GraphileConfig.GatherHooks['pgCodecs_attribute']>[0]['pgAttribute'];
type TextCodec = PgCodec<string, undefined, unknown, unknown, undefined>;
type Word = { value: string; description: string | null };
type ClosedSet = { description: string | null; words: Word[] };

const closedSets = `
  select
    c.conrelid::regclass || '.' || a.attname as name,
    null as description,
    array(
      select json_build_object('value', word[1])
      from regexp_matches(pg_get_expr(c.conbin, c.conrelid), '''(\\w+)''::text', 'g') word) as words
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

/** Makes enums of the columns of crm, and of the arguments of its functions, that hold one of a few words. */
export function createEnumsPlugin(): GraphileConfig.Plugin {
  let sets: Map<string, ClosedSet>;
  let codecs: Map<string, TextCodec>;

  function enumNamed(name: string, { description, words }: ClosedSet): TextCodec {
    return {
      ...enumCodec({
        name,
        identifier: TYPES.text.sqlType,
        description: description ?? undefined,
        values: words.map((word) => ({
          value: word.value,
          description: word.description ?? `${sentenceOf(word.value)}.`,
        })),
        extensions: { tags: { name } },
      }),
      // Text, which sorts by an index like any other.
      isEnum: false,
      hasNaturalOrdering: true,
    } as TextCodec;
  }

  /** The enum of this name, which the tags have given to a column, or the catalogue's own. */
  function codecNamed(name: string, columns: Iterable<Column>): TextCodec {
    const known = codecs.get(name);
    if (known) return known;
    const own = sets.get(name);
    for (const column of own ? [] : columns) {
      const set = column.getTags().enum === name ? setOf(column) : null;
      if (set) return remember(name, set);
    }
    if (!own)
      throw new Error(`db/postgraphile.tags.json5 names an enum that there is not: ${name}.`);
    return remember(name, own);
  }

  function remember(name: string, set: ClosedSet): TextCodec {
    const codec = enumNamed(name, set);
    codecs.set(name, codec);
    return codec;
  }

  /** The words of a column, if it has its own. */
  function setOf(column: Column): ClosedSet | null {
    const relation = column.getClass();
    const { text, parts } = readComment(column.getDescription());
    const isChecked = relation && ['r', 'p'].includes(relation.relkind);
    const words = isChecked
      ? sets.get(`crm.${relation.relname}.${column.attname}`)?.words
      : [...parts.keys()].map((value) => ({ value, description: null }));
    if (!words || words.length === 0) return null;
    return {
      description: text,
      words: words.map(({ value, description }) => ({
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
          const service = info.resolvedPreset.pgServices?.find(({ name }) => name === serviceName);
          if (service === undefined) throw new Error(`There is no service ${serviceName}.`);
          const settings = service.pgSettingsForIntrospection ?? null;
          const { rows } = await withPgClientFromPgService(service, settings, (client) =>
            client.query<ClosedSet & { name: string }>({ text: closedSets }),
          );
          sets = new Map(rows.map(({ name, ...set }) => [name, set]));
          codecs = new Map();
        },

        async pgCodecs_attribute(info, { serviceName, pgClass, pgAttribute, attribute }) {
          if (pgClass.getNamespace()?.nspname !== 'crm') return;
          const tag = pgAttribute.getTags().enum;
          const set = setOf(pgAttribute);
          if (set === null && typeof tag !== 'string') return;
          const { introspection } = await info.helpers.pgIntrospection.getService(serviceName);
          const name = typeof tag === 'string' ? tag : `${pgClass.relname}_${pgAttribute.attname}`;
          attribute.codec =
            codecs.get(name) ??
            (set ? remember(name, set) : codecNamed(name, introspection.attributes));
          if (set) attribute.description = set.description ?? undefined;
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

function sentenceOf(word: string): string {
  const words = word.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
