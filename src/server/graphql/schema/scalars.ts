import {
  GraphQLError,
  type GraphQLScalarTypeConfig,
  Kind,
  type ValueNode,
} from 'postgraphile/graphql';

// PostGraphile passes scalars on unchecked, and PostgreSQL is lenient: it accepts "tomorrow" as a time, assumes its own
// zone, and rounds amounts. So ambiguous values are refused here.

/** A scalar of the API, whose values are text. */
type Scalar = {
  description: string;
  /** What says how its values are written: generators and editors show it. */
  specifiedByURL: string;
  /** What is accepted, and the error for anything else. */
  input?: { pattern: RegExp; acceptsNumbers?: true; message: string };
  /** How a value is answered that does not come from a column. */
  serialize?: (value: unknown) => unknown;
};

const rfc3339 = 'https://datatracker.ietf.org/doc/html/rfc3339';
const xmlSchema = 'https://www.w3.org/TR/xmlschema11-2/';

const scalars: Record<string, Scalar> = {
  Money: {
    description:
      'An amount in euros, such as "1250.50": answered as a string with two decimals, so that no cent is lost. A number is accepted too, if it has at most two decimals.',
    specifiedByURL: `${xmlSchema}#decimal`,
    input: {
      pattern: /^[+-]?\d+(\.\d{1,2})?$/,
      acceptsNumbers: true,
      message: 'An amount has at most two decimals: write it like "1250.50".',
    },
  },
  Datetime: {
    description:
      'A point in time, such as 2026-05-31T18:00:00+02:00: ISO 8601 with a zone (Z or an offset), which must be given. Answered with its offset.',
    specifiedByURL: `${rfc3339}#section-5.6`,
    input: {
      pattern: /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?([Zz]|[+-]\d{2}(:?\d{2})?)$/,
      message: 'A time cannot be read: write it with a zone, like 2026-05-31T18:00:00+02:00.',
    },
    // as PostgreSQL writes that of a column
    serialize: (value) =>
      value instanceof Date ? value.toISOString().replace('Z', '000+00:00') : value,
  },
  Date: {
    description: 'A day of the calendar, such as 2026-05-31.',
    specifiedByURL: `${rfc3339}#section-5.6`,
    input: {
      pattern: /^\d{4}-\d{2}-\d{2}$/,
      message: 'A date cannot be read: write it like 2026-05-31.',
    },
  },
  BigInt: {
    description: 'A whole number that may be too large for a number of JavaScript: a string.',
    specifiedByURL: `${xmlSchema}#long`,
  },
  Cursor: {
    description:
      'A place in a list, to read on from. It is opaque, and good for the same list in the same order.',
    specifiedByURL: 'https://relay.dev/graphql/connections.htm#sec-Cursor',
  },
  JSON: {
    description: 'Any JSON value, as it is.',
    specifiedByURL: 'https://datatracker.ietf.org/doc/html/rfc8259',
  },
  UUID: {
    description:
      'An identifier that the caller draws, such as 9b2b2a6e-3a53-4a3f-8d0c-3f1f2f8f6f57.',
    specifiedByURL: 'https://datatracker.ietf.org/doc/html/rfc9562#section-4',
  },
};

/** Describes the scalars and validates their input. `numeric` is Money. */
export const scalarsPlugin: GraphileConfig.Plugin = {
  name: 'EpicScalarsPlugin',
  inflection: {
    replace: {
      builtin(previous, _options, name) {
        if (previous === undefined) throw new Error('There is no inflector to replace.');
        return name === 'BigFloat' ? 'Money' : previous(name);
      },
    },
  },
  schema: {
    hooks: {
      GraphQLScalarType(type) {
        const scalar = scalars[type.name];
        if (scalar === undefined) return type;
        const { input, ...described } = scalar;
        return { ...type, ...described, ...(input && parsers(input)) };
      },
    },
  },
};

function parsers(
  input: NonNullable<Scalar['input']>,
): Pick<GraphQLScalarTypeConfig<string, string>, 'parseValue' | 'parseLiteral'> {
  const read = (value: unknown, node?: ValueNode): string => {
    const text = input.acceptsNumbers && typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string' && input.pattern.test(text)) return text;
    throw new GraphQLError(input.message, node && { nodes: node });
  };
  return {
    parseValue: (value) => read(value),
    parseLiteral: (node) => read(textOf(node, input.acceptsNumbers), node),
  };
}

/** A number literal keeps all its digits. */
function textOf(node: ValueNode, acceptsNumbers: true | undefined): string | null {
  if (node.kind === Kind.STRING) return node.value;
  const isNumber = node.kind === Kind.INT || node.kind === Kind.FLOAT;
  return isNumber && acceptsNumbers ? node.value : null;
}
