import { shorten, width } from './text.ts';

/** How far a long piece of work has come, on the terminal; nothing anywhere else. */
export interface Progress {
  /** `done` of `total`, if that is known, and what to say of it. */
  at(done: number, total: number | undefined, what: string): void;
  /** Takes it away. */
  end(): void;
}

const patience = 1000;
const pace = 100;
const barCells = 20;

function bar(part: number): string {
  const full = Math.round(Math.min(part, 1) * barCells);
  return `${'█'.repeat(full)}${'░'.repeat(barCells - full)} ${String(Math.floor(Math.min(part, 1) * 100)).padStart(3)} %  `;
}

/** Progress on a line of its own, which appears when the work has taken a second. */
export function createProgress(stderr: NodeJS.WriteStream): Progress {
  const began = Date.now();
  let drawn = 0;
  return {
    at(done, total, what) {
      const now = Date.now();
      if (!stderr.isTTY || now - began < patience || now - drawn < pace) return;
      drawn = now;
      const start = total ? bar(done / total) : '';
      stderr.write(`\r${start}${shorten(what, (stderr.columns || 80) - 1 - width(start))}\u001b[K`);
    },
    end() {
      if (drawn > 0) stderr.write('\r\u001b[K');
    },
  };
}
