const symbols = {
  done: '✓',
  failed: '✗',
  next: '→',
  /** Between an old and a new value. */
  becomes: '→',
  holds: '✓',
  fails: '✗',
  depends: '·',
};

const words: Record<keyof typeof symbols, string> = {
  done: 'Done:',
  failed: 'Error:',
  next: 'Next:',
  becomes: 'becomes',
  holds: 'yes    ',
  fails: 'no     ',
  depends: 'depends',
};

let accessible = false;

/** Whether EPIC_ACCESSIBLE asks for text that a screen reader reads aloud, and a slow terminal shows line by line. */
export const isAccessible = ({ EPIC_ACCESSIBLE: value }: NodeJS.ProcessEnv): boolean =>
  value !== undefined && !['', '0', 'false', 'no'].includes(value.toLowerCase());

/** From now on there are words for marks, and nothing is drawn or drawn again. */
export function setAccessible(on: boolean): void {
  accessible = on;
}

/** Whether drawings are to be left out. */
export const wordsOnly = (): boolean => accessible;

/** A mark, or the word for it. */
export const mark = (name: keyof typeof symbols): string => (accessible ? words : symbols)[name];
