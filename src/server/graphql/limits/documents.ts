import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  Source,
  type ValidationRule,
  validate,
} from 'postgraphile/graphql';
import { ApiError } from '../../errors/errors.ts';
import { checkRootFields, checkShape } from './document-shape.ts';
import { checkLimit, graphqlErrorOf, limits, tooComplex } from './limits.ts';

/** A valid document, or its errors. */
type ParseResult =
  | { document: DocumentNode; errors?: undefined }
  | { document?: undefined; errors: readonly GraphQLError[] };

/** Characters of all cached documents; parsed, a document takes about a hundred times its size. */
const documentCacheSize = 300_000;
/** Of plans: operations, and plans of each. */
const planCacheSize = { operationsCacheMaxLength: 100, operationOperationPlansCacheMaxLength: 5 };
/** Validation stops after so many errors. */
const maxErrors = 10;

/** Parses and validates documents within the limits, and caches the valid ones: for HTTP and WebSockets. */
export function createDocumentsPlugin(options: { introspection: boolean }): GraphileConfig.Plugin {
  return {
    name: 'EpicDocumentsPlugin',
    schema: {
      hooks: {
        GraphQLSchema: (schema) => ({
          ...schema,
          extensions: {
            ...schema.extensions,
            grafast: { ...schema.extensions?.grafast, ...planCacheSize },
          },
        }),
      },
    },
    grafserv: {
      middleware: {
        setPreset(next, event) {
          const { getExecutionConfig } = event;
          const rules = options.introspection
            ? event.validationRules
            : [...event.validationRules, NoSchemaIntrospectionCustomRule];
          let current: {
            schema: GraphQLSchema;
            parseAndValidate: (text: string) => ParseResult;
          } | null = null;
          event.getExecutionConfig = async function (context) {
            const config = await getExecutionConfig.call(this, context);
            if (current?.schema !== config.schema) {
              const parseAndValidate = createParser(config.schema, {
                rules,
                hideSuggestions: !options.introspection,
              });
              current = { schema: config.schema, parseAndValidate };
            }
            return { ...config, parseAndValidate: current.parseAndValidate };
          };
          return next();
        },
      },
    },
  };
}

function createParser(
  schema: GraphQLSchema,
  options: { rules: readonly ValidationRule[]; hideSuggestions: boolean },
): (text: string) => ParseResult {
  const cache = new Map<string, DocumentNode>();
  let size = 0;

  function store(text: string, document: DocumentNode): void {
    cache.set(text, document);
    size += text.length;
    for (const [oldest] of cache) {
      if (size <= documentCacheSize) break;
      cache.delete(oldest);
      size -= oldest.length;
    }
  }

  return (text) => {
    const cached = cache.get(text);
    if (cached) {
      // the least recently used is dropped first
      cache.delete(text);
      cache.set(text, cached);
      return { document: cached };
    }
    try {
      const document = parseWithinLimits(text);
      checkShape(document);
      const { hideSuggestions } = options;
      const errors = validate(schema, document, options.rules, { maxErrors, hideSuggestions });
      // OverlappingFieldsCanBeMerged has given up
      if (errors.at(-1)?.message === 'Validation aborted.') throw tooComplex('fields');
      if (errors.length > 0) return { errors };
      checkRootFields(document);
      store(text, document);
      return { document };
    } catch (error) {
      if (error instanceof ApiError) return { errors: [graphqlErrorOf(error)] };
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    }
  };
}

function parseWithinLimits(text: string): DocumentNode {
  checkLimit('characters', text.length);
  try {
    return parse(new Source(text, 'GraphQL request'), { maxTokens: limits.tokens });
  } catch (error) {
    if (error instanceof GraphQLError && error.message.endsWith('tokens. Parsing aborted.')) {
      throw tooComplex('tokens');
    }
    // stack overflow: the parser is recursive
    if (error instanceof RangeError) throw tooComplex('nesting');
    throw error;
  }
}
