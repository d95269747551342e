/** How wide the tools write for a person. */
export const WIDTH = 80;

/** Breaks a text between words; the first line begins with `first`, the others with `next`. */
export function wrapped(text: string, first: string, next = first): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${next}${word}`;
    } else line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** The same with one indentation: what follows the first line stands two further to the right. */
export function hanging(text: string, indent: string): string[] {
  return wrapped(text, indent, `${indent}  `);
}
