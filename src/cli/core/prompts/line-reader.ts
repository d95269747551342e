import process from 'node:process';
import { cancelled } from '../errors.ts';
import type { Streams } from '../output/output.ts';

/** Reads what is typed, line by line. */
export interface LineReader {
  /** The terminal echoes it, and lets it be edited. */
  line(): Promise<string>;
  /** Nothing is echoed, from before the question is on the screen. */
  hidden(question: string): Promise<string>;
}

/** Ctrl-C and Ctrl-D, which are no signals where nothing is echoed. */
const leaving = ['\x03', '\x04'];
const endOfHidden = new RegExp(`\\r\\n?|\\n|[${leaving.join('')}]`);

/** Lines of stdin. What is typed ahead answers the next question. Ctrl-C and Ctrl-D cancel. */
export function createLineReader(streams: Streams): LineReader {
  let ahead = '';
  let hasEnded = false;

  /** The next piece of input; rejects when there will be none. */
  function piece(): Promise<string> {
    const { stdin } = streams;
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        stdin.off('data', onData).off('end', onEnd).pause();
        process.off('SIGINT', giveUp);
        end();
      };
      const giveUp = () => settle(() => reject(cancelled(undefined, 'interrupted')));
      const onData = (text: string) => settle(() => resolve(text));
      const onEnd = () => {
        hasEnded = true;
        giveUp();
      };
      if (hasEnded) return giveUp();
      process.once('SIGINT', giveUp);
      stdin.setEncoding('utf8').on('data', onData).once('end', onEnd).resume();
    });
  }

  /** What is typed before one of these, and which it was. */
  async function until(end: RegExp): Promise<[text: string, end: string]> {
    for (;;) {
      const found = end.exec(ahead);
      if (found) {
        const text = ahead.slice(0, found.index);
        ahead = ahead.slice(found.index + found[0].length);
        return [text, found[0]];
      }
      ahead += await piece();
    }
  }

  return {
    line: async () => (await until(/\r?\n/))[0],
    async hidden(question) {
      streams.stdin.setRawMode(true);
      try {
        streams.stderr.write(question);
        const [typed, end] = await until(endOfHidden);
        if (leaving.includes(end)) throw cancelled(undefined, 'interrupted');
        return afterBackspaces(typed);
      } finally {
        streams.stdin.setRawMode(false);
        streams.stderr.write('\n');
      }
    },
  };
}

/** What is left of keys among which are Backspace and Ctrl-U. */
function afterBackspaces(keys: string): string {
  const kept: string[] = [];
  for (const key of keys) {
    if (key === '\x7f' || key === '\b') kept.pop();
    else if (key === '\x15') kept.length = 0;
    else kept.push(key);
  }
  return kept.join('');
}
