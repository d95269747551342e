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
import { check, graphqlErrorOf, limits, tooComplex } from './limits.ts';

/** A document that may be executed, or why not. */
type Reading =
  | { document: DocumentNode; errors?: undefined }
  | { document?: undefined; errors: readonly GraphQLError[] };

/** Characters of the documents that are remembered; a document takes some hundred times its size. */
const remembered = 300_000;
/** Plans that are remembered: of this many operations, and of each for this many kinds of variables. */
const rememberedPlans = { operationsCacheMaxLength: 100, operationOperationPlansCacheMaxLength: 5 };
/** A document with more mistakes is not read to its end. */
const maxErrors = 10;

/**
 * Reads documents for the schema, within the limits, and remembers those that were good. Every way in reads them
 * here: HTTP and WebSocket.
 */
export function createDocumentsPlugin(options: { introspection: boolean }): GraphileConfig.Plugin {
  return {
    name: 'EpicDocumentsPlugin',
    schema: {
      hooks: {
        GraphQLSchema: (schema) => ({
          ...schema,
          extensions: {
            ...schema.extensions,
            grafast: { ...schema.extensions?.grafast, ...rememberedPlans },
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
          let reader: { schema: GraphQLSchema; read: (text: string) => Reading } | null = null;
          event.getExecutionConfig = async function (context) {
            const config = await getExecutionConfig.call(this, context);
            if (reader?.schema !== config.schema) {
              const how = { rules, hideSuggestions: !options.introspection };
              reader = { schema: config.schema, read: createReader(config.schema, how) };
            }
            return { ...config, parseAndValidate: reader.read };
          };
          return next();
        },
      },
    },
  };
}

function createReader(
  schema: GraphQLSchema,
  how: { rules: readonly ValidationRule[]; hideSuggestions: boolean },
): (text: string) => Reading {
  const good = new Map<string, DocumentNode>();
  let size = 0;

  function remember(text: string, document: DocumentNode): void {
    good.set(text, document);
    size += text.length;
    for (const [oldest] of good) {
      if (size <= remembered) break;
      good.delete(oldest);
      size -= oldest.length;
    }
  }

  return (text) => {
    const known = good.get(text);
    if (known) {
      // The least used is forgotten first.
      good.delete(text);
      good.set(text, known);
      return { document: known };
    }
    try {
      const document = parsed(text);
      checkShape(document);
      const { hideSuggestions } = how;
      const errors = validate(schema, document, how.rules, { maxErrors, hideSuggestions });
      // The same fields again and again, which graphql-js has stopped comparing.
      if (errors.at(-1)?.message === 'Validation aborted.') throw tooComplex('fields');
      if (errors.length > 0) return { errors };
      checkRootFields(document);
      remember(text, document);
      return { document };
    } catch (error) {
      if (error instanceof ApiError) return { errors: [graphqlErrorOf(error)] };
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    }
  };
}

function parsed(text: string): DocumentNode {
  check('characters', text.length);
  try {
    return parse(new Source(text, 'GraphQL request'), { maxTokens: limits.tokens });
  } catch (error) {
    if (error instanceof GraphQLError && error.message.endsWith('tokens. Parsing aborted.')) {
      throw tooComplex('tokens');
    }
    // The parser calls itself for each bracket that is opened.
    if (error instanceof RangeError) throw tooComplex('nesting');
    throw error;
  }
}
