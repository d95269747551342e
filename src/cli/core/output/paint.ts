import type { Kind } from './columns.ts';

/** Colours by meaning; every function returns its text as it is when colours are off. */
export interface Paint {
  heading(text: string): string;
  quiet(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  bar(text: string): string;
  /** What is mine, or today. */
  standout(text: string): string;
  /** What a camera reads, in the same colours on every terminal: blocks are white. */
  qrCode(line: string): string;
  cell(kind: Kind, text: string): string;
}

const statusColours: Record<string, number> = {
  draft: 33,
  signed: 32,
  planned: 33,
  confirmed: 32,
  completed: 2,
  cancelled: 2,
};

/** Paint for a stream that shows colours, or not. */
export function createPaint(colours: boolean): Paint {
  const painted = (code: number | string) => (text: string) =>
    colours ? `\u001b[${code}m${text}\u001b[0m` : text;
  const quiet = painted(2);
  return {
    heading: painted(1),
    quiet,
    good: painted(32),
    bad: painted(31),
    bar: painted(36),
    standout: painted(7),
    qrCode: painted('97;40'),
    cell(kind, text) {
      const colour = kind === 'status' ? statusColours[text] : undefined;
      if (colour) return painted(colour)(text);
      return text === '–' ? quiet(text) : text;
    },
  };
}
