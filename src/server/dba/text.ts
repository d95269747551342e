/** The width of the tools' output. */
export const WIDTH = 80;

/** Wraps a text; the first line begins with `first`, the others with `next`. */
export function wrapText(text: string, first: string, next = first, width = WIDTH): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${next}${word}`;
    } else line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** Wraps with a hanging indent of two. */
export function wrapHanging(text: string, indent: string): string[] {
  return wrapText(text, indent, `${indent}  `);
}
