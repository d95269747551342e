import { enumCodec, TYPES, withPgClientFromPgService } from 'postgraphile/@dataplan/pg';
import { readComment } from './comments.ts';

// Closed sets are text in the database and enums in the API. Their one home is the database: what a check constraint
// of one column lists; and of history, which is a view, what it is made of. A value's description is in the comment
// of its column; a column that has no list there shows the words alone.

type ClosedSet = { column: string; words: { value: string; description: string | null }[] };

const closedSets = `
  select
    c.conrelid::regclass || '.' || a.attname as column,
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
  select 'crm.history.action', array(
    select json_build_object('value', e.enumlabel)
    from pg_catalog.pg_enum e
    join pg_catalog.pg_type t on t.oid = e.enumtypid
    where t.typnamespace = 'audit'::regnamespace and t.typname = 'action'
    order by e.enumsortorder)
  union all
  select 'crm.history.record', array(
    select json_build_object('value', relname, 'description', obj_description(oid, 'pg_class'))
    from pg_catalog.pg_class
    where relnamespace = 'crm'::regnamespace and relkind in ('r', 'v')
    order by relname)`;

/** Makes enums of the columns of crm that hold one of a few words, under the words themselves. */
export function createClosedSetsPlugin(): GraphileConfig.Plugin {
  let wordsOf: Map<string, ClosedSet['words']>;
  return {
    name: 'EpicClosedSetsPlugin',
    gather: {
      hooks: {
        async pgIntrospection_introspection(info, { serviceName }) {
          const service = info.resolvedPreset.pgServices?.find(({ name }) => name === serviceName);
          if (service === undefined) throw new Error(`There is no service ${serviceName}.`);
          const settings = service.pgSettingsForIntrospection ?? null;
          const { rows } = await withPgClientFromPgService(service, settings, (client) =>
            client.query<ClosedSet>({ text: closedSets }),
          );
          wordsOf = new Map(rows.map(({ column, words }) => [column, words]));
        },

        pgCodecs_attribute(_info, { pgClass, pgAttribute, attribute }) {
          const column = `${pgClass.getNamespace()?.nspname}.${pgClass.relname}.${pgAttribute.attname}`;
          const words = wordsOf.get(column);
          if (words === undefined) return;
          const { text, parts } = readComment(attribute.description);
          const { enumName } = pgAttribute.getTags();
          attribute.description = text;
          attribute.codec = {
            ...enumCodec({
              name: `${pgClass.relname}_${pgAttribute.attname}`,
              identifier: TYPES.text.sqlType,
              description: text,
              values: words.map(({ value, description }) => ({
                value,
                description: parts.get(value) ?? description ?? `${sentenceOf(value)}.`,
              })),
              extensions: { tags: typeof enumName === 'string' ? { name: enumName } : {} },
            }),
            // Text, which sorts by an index like any other.
            isEnum: false,
            hasNaturalOrdering: true,
          };
        },
      },
    },
  };
}

function sentenceOf(word: string): string {
  const words = word.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
