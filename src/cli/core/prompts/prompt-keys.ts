/** The part of a line prompt of `prompts` that is used here. */
export interface TypedLine {
  firstRender: boolean;
  closed?: boolean;
  out: { write(text: string): unknown };
  /** In UTF-16 units. */
  cursor: number;
  value?: string;
  /** The same, where the value is what was chosen. */
  input?: string;
  error?: boolean;
  errorMsg?: string;
  outputError?: string;
  /** How the value is drawn; a search has none. */
  transform?: { render(value: string): string };
  render(): void;
  _(typed: string | undefined, key: unknown): void;
  delete(): void;
  deleteForward(): void;
  left(): void;
  right(): void;
}

/** A key of node:readline. */
export interface Key {
  name?: string;
  ctrl?: boolean;
  meta?: boolean;
}

const known = /^(return|enter|backspace|delete|escape|tab|page(down|up)|up|down|left|right)$/;

/** Rewrites a key that `prompts` would insert as letters: Home and End move, Ctrl-U clears, others do nothing. */
export function normalizeKey(typed: string | undefined, key: Key): void {
  const { name = '', ctrl } = key;
  if (name === 'home' || name === 'end') {
    Object.assign(key, { ctrl: true, name: name === 'home' ? 'a' : 'e' });
  } else if (ctrl && name === 'u') key.name = 'g';
  else if (known.test(name) || (ctrl && /^[acdeg]$/.test(name))) return;
  // with Meta, the library rings the bell and does nothing
  else if (typed === undefined || /\p{Cc}/u.test(typed)) key.meta = true;
}

/** Tells pasted keys, which insert what they are, from those that are pressed: by the marks of bracketed paste. */
export function createPasteDetector(): (key: Key) => boolean {
  let isPasting = false;
  return (key) => {
    const isMark = key.name === 'paste-start' || key.name === 'paste-end';
    if (isMark) isPasting = key.name === 'paste-start';
    if (isMark || isPasting) Object.assign(key, { name: 'pasted', ctrl: false, meta: false });
    return isMark || isPasting;
  };
}

/** What to insert of a pasted key, if anything. A line break stays in a text of several lines. */
function insertion(typed: string | undefined, before: string, isLong: boolean): string {
  if (typed === undefined || (typed === '\n' && before === '\r')) return '';
  if (/[\r\n]/.test(typed)) return isLong ? '\n' : ' ';
  if (typed === '\t') return ' ';
  return /\p{Cc}/u.test(typed) ? '' : typed;
}

/** A question of `prompts` that is answered with y or n. */
export interface YesOrNo {
  firstRender: boolean;
  _(typed: string, key: unknown): void;
  submit(): void;
  bell(): void;
}

/** Patches it when it is first drawn: a “y” within other text, such as a command that was typed ahead, is no answer. */
export function patchConfirm(question: YesOrNo): void {
  if (!question.firstRender) return;
  let isOtherText = false;
  const answer = question._.bind(question);
  const submit = question.submit.bind(question);
  question._ = (typed, key) => {
    isOtherText ||= !/^[yn]$/i.test(typed);
    if (isOtherText) question.bell();
    else answer(typed, key);
  };
  question.submit = () => {
    if (isOtherText) question.bell();
    else submit();
    isOtherText = false;
  };
}

const isPairAt = (text: string, index: number) => (text.codePointAt(index) ?? 0) > 0xffff;

/**
 * Patches faults of `prompts` in a line, when it is first drawn: it would split surrogate pairs, such as emoji, leave
 * validation errors of several lines on the screen, and draw a text of several lines (`isLong`) over other lines.
 */
export function patchLine(line: TypedLine, isLong = false): void {
  if (!line.firstRender) return;
  const text = () => line.input ?? line.value ?? '';
  const insert = line._.bind(line);
  let before = '';
  line._ = (typed, key) => {
    const inserted = insertion(typed, before, isLong);
    before = typed ?? '';
    if (inserted === '') return;
    insert(inserted, key);
    line.cursor += inserted.length - 1;
  };
  if (isLong && line.transform) {
    const { render } = line.transform;
    line.transform = { render: (value) => render(value).replaceAll('\n', '↵') };
    // draws what it begins with so too
    line.value = line.value ?? '';
  }
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
