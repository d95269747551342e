import {
  GraphQLError,
  type GraphQLScalarTypeConfig,
  Kind,
  type ValueNode,
} from 'postgraphile/graphql';

// PostGraphile passes scalars on as it gets them, and PostgreSQL makes of them what it can: "tomorrow" is a time to it,
// a time without a zone is one of its own zone, and of an amount it rounds what is too fine. What can be misread is
// refused here instead.

/** A scalar of the API. Its values are text. */
type Scalar = {
  description: string;
  specifiedByURL?: string;
  /** What is accepted, and what a person reads when it is not. */
  input?: { form: RegExp; isNumberToo?: true; sentence: string };
};

const rfc3339 = 'https://datatracker.ietf.org/doc/html/rfc3339';

const scalars: Record<string, Scalar> = {
  Money: {
    description:
      'An amount in euros, such as "1250.50": answered as a string with two decimals, so that no cent is lost. A number is accepted too, if it has at most two decimals.',
    input: {
      form: /^[+-]?\d+(\.\d{1,2})?$/,
      isNumberToo: true,
      sentence: 'An amount has at most two decimals: write it like "1250.50".',
    },
  },
  Datetime: {
    description:
      'A point in time, such as 2026-05-31T18:00:00+02:00: ISO 8601 with a zone (Z or an offset), which must be given. Answered with its offset.',
    specifiedByURL: `${rfc3339}#section-5.6`,
    input: {
      form: /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?([Zz]|[+-]\d{2}(:?\d{2})?)$/,
      sentence: 'A time cannot be read: write it with a zone, like 2026-05-31T18:00:00+02:00.',
    },
  },
  Date: {
    description: 'A day of the calendar, such as 2026-05-31.',
    specifiedByURL: `${rfc3339}#section-5.6`,
    input: {
      form: /^\d{4}-\d{2}-\d{2}$/,
      sentence: 'A date cannot be read: write it like 2026-05-31.',
    },
  },
  BigInt: {
    description: 'A whole number that may be too large for a number of JavaScript: a string.',
  },
  Cursor: {
    description:
      'A place in a list, to read on from. It is opaque, and good for the same list in the same order.',
  },
  JSON: {
    description: 'Any JSON value, as it is.',
    specifiedByURL: 'https://datatracker.ietf.org/doc/html/rfc8259',
  },
};

/** Says what each scalar is, and refuses what could be misread. Numerics are amounts of money. */
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
        return { ...type, ...described, ...(input && reading(input)) };
      },
    },
  },
};

function reading(
  input: NonNullable<Scalar['input']>,
): Pick<GraphQLScalarTypeConfig<string, string>, 'parseValue' | 'parseLiteral'> {
  const read = (value: unknown, node?: ValueNode): string => {
    const text = input.isNumberToo && typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string' && input.form.test(text)) return text;
    throw new GraphQLError(input.sentence, node && { nodes: node });
  };
  return {
    parseValue: (value) => read(value),
    parseLiteral: (node) => read(textOf(node, input.isNumberToo), node),
  };
}

/** A number is taken as it is written, to the last digit. */
function textOf(node: ValueNode, isNumberToo: true | undefined): string | null {
  if (node.kind === Kind.STRING) return node.value;
  const isNumber = node.kind === Kind.INT || node.kind === Kind.FLOAT;
  return isNumber && isNumberToo ? node.value : null;
}
