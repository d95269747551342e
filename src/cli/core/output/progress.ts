import { wordsOnly } from './marks.ts';
import { shorten, width } from './text.ts';

/** Shown when the work has taken this long. */
const delayMs = 1000;
const redrawMs = 100;
/** How often a new line says how far it is, where nothing is drawn again. */
const tellMs = 10_000;

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** On a terminal, shows that something goes on while `work` takes more than a second. */
export async function withSpinner<Result>(
  stderr: NodeJS.WriteStream,
  what: string,
  work: Promise<Result>,
): Promise<Result> {
  if (!stderr.isTTY) return work;
  const began = Date.now();
  let shown = 0;
  const timer = setInterval(() => {
    if (Date.now() - began < delayMs) return;
    if (wordsOnly()) {
      stderr.write(`${what}.\n`);
      return clearInterval(timer);
    }
    stderr.write(`\r${frames[shown % frames.length]} ${what} …`);
    shown += 1;
  }, redrawMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (shown > 0) stderr.write('\r\u001b[K');
  }
}

/** How far a long piece of work has come, on the terminal; nothing anywhere else. */
export interface Progress {
  /** `done` of `total`, if that is known, and what to say of it. */
  at(done: number, total: number | undefined, what: string): void;
  /** Takes it away. */
  end(): void;
}

const barWidth = 20;

function bar(part: number): string {
  const full = Math.round(Math.min(part, 1) * barWidth);
  return `${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${String(Math.floor(Math.min(part, 1) * 100)).padStart(3)} %  `;
}

/** Progress on a line of its own, which appears when the work has taken a second. */
export function createProgress(stderr: NodeJS.WriteStream): Progress {
  const began = Date.now();
  let drawn = 0;
  return {
    at(done, total, what) {
      const now = Date.now();
      const everyMs = wordsOnly() ? tellMs : redrawMs;
      if (!stderr.isTTY || now - began < delayMs || now - drawn < everyMs) return;
      drawn = now;
      if (wordsOnly()) {
        const part = total ? `${Math.floor((100 * done) / total)} %: ` : '';
        stderr.write(`${part}${what}\n`);
        return;
      }
      const start = total ? bar(done / total) : '';
      stderr.write(`\r${start}${shorten(what, (stderr.columns || 80) - 1 - width(start))}\u001b[K`);
    },
    end() {
      if (drawn > 0 && !wordsOnly()) stderr.write('\r\u001b[K');
    },
  };
}
