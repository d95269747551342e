/** What is used of a prompt of the library where a line is typed. */
export interface TypedLine {
  firstRender: boolean;
  closed?: boolean;
  out: { write(text: string): unknown };
  /** How many UTF-16 units stand before the cursor. */
  cursor: number;
  value?: string;
  /** The same, where the value is what was chosen. */
  input?: string;
  error?: boolean;
  errorMsg?: string;
  outputError?: string;
  render(): void;
  _(typed: string, key: unknown): void;
  delete(): void;
  deleteForward(): void;
  left(): void;
  right(): void;
}

/** A key as node:readline tells of it. */
export interface Key {
  name?: string;
  ctrl?: boolean;
  meta?: boolean;
}

const known = /^(return|enter|backspace|delete|escape|tab|page(down|up)|up|down|left|right)$/;

/** Changes a key that the library would take for letters: Home and End move, Ctrl-U empties, others do nothing. */
export function tame(typed: string | undefined, key: Key): void {
  const { name = '', ctrl } = key;
  if (name === 'home' || name === 'end') {
    Object.assign(key, { ctrl: true, name: name === 'home' ? 'a' : 'e' });
  } else if (ctrl && name === 'u') key.name = 'g';
  else if (known.test(name) || (ctrl && /^[acdeg]$/.test(name))) return;
  // The library rings for a key with Meta.
  else if (typed === undefined || /\p{Cc}/u.test(typed)) key.meta = true;
}

const isPairAt = (text: string, index: number) => (text.codePointAt(index) ?? 0) > 0xffff;

/**
 * Mends a line when it is first drawn: a character of two UTF-16 units, such as an emoji, stays whole, and what was
 * wrong with an answer leaves nothing on the screen, however long it was and wherever the screen ends.
 */
export function mend(line: TypedLine): void {
  if (!line.firstRender) return;
  const text = () => line.input ?? line.value ?? '';
  const insert = line._.bind(line);
  line._ = (typed, key) => {
    insert(typed, key);
    line.cursor += typed.length - 1;
  };
  for (const [step, behind] of [
    ['delete', 2],
    ['left', 2],
    ['deleteForward', 0],
    ['right', 0],
  ] as const) {
    const once = line[step].bind(line);
    line[step] = () => {
      if (isPairAt(text(), line.cursor - behind)) once();
      once();
    };
  }
  if (line.errorMsg === undefined) return;
  const draw = line.render.bind(line);
  line.render = () => {
    if (!line.closed) {
      const rows = line.error ? (line.errorMsg ?? '').split('\n').length : 0;
      line.outputError = '';
      line.out.write(`\x1b[J${rows > 0 ? `${'\n'.repeat(rows)}\x1b[${rows}A` : ''}`);
    }
    draw();
  };
}
