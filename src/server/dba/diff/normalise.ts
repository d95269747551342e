/**
 * An expression as PostgreSQL prints it, without the parentheses that associativity makes redundant: `((a AND b) AND c)` is
 * `(a AND b AND c)`. A dump is read back as the latter, since the parser flattens what it nests itself.
 */
export function normaliseExpression(text: string): string {
  const root: Group = { pieces: [], parent: undefined };
  let group = root;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '(') {
      const inner: Group = { pieces: [], parent: group };
      group.pieces.push(inner);
      group = inner;
    } else if (token === ')' && group.parent !== undefined) {
      group = group.parent;
    } else {
      group.pieces.push(token);
    }
  }
  return print(root).text;
}

interface Group {
  pieces: (string | Group)[];
  parent: Group | undefined;
}

// strings and quoted names, parentheses, the two operators, and what is between them
const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]|\b(?:AND|OR)\b|(?:(?!\b(?:AND|OR)\b)[^'"()])+|['"]/g;

/** The text within a group, and the operator that joins all of it. */
function print({ pieces }: Group): { text: string; operator: string | undefined } {
  const operators = new Set(pieces.filter((piece) => piece === 'AND' || piece === 'OR'));
  const [operator] = operators.size === 1 ? (operators as Set<string>) : [];
  const text = pieces
    .map((piece, nth) => {
      if (typeof piece === 'string') return piece;
      const inner = print(piece);
      const isWholeOperand =
        operator !== undefined &&
        inner.operator === operator &&
        isEnd(before(pieces, nth), operator) &&
        isEnd(after(pieces, nth), operator);
      return isWholeOperand ? inner.text : `(${inner.text})`;
    })
    .join('');
  return { text, operator };
}

type Piece = Group['pieces'][number] | undefined;

const isBlank = (piece: Piece) => typeof piece === 'string' && piece.trim() === '';
const before = (pieces: readonly Piece[], nth: number) =>
  pieces.slice(0, nth).findLast((piece) => !isBlank(piece));
const after = (pieces: readonly Piece[], nth: number) =>
  pieces.slice(nth + 1).find((piece) => !isBlank(piece));

/** Whether an operand ends there: at the operator, or at the parenthesis around it. */
const isEnd = (piece: Piece, operator: string) => piece === undefined || piece === operator;
