import { isatty } from 'node:tty';
import { cancelled } from '../errors.ts';
import { mark } from '../output/marks.ts';
import type { Streams } from '../output/output.ts';
import { printable, printableLines } from '../output/text.ts';
import { createLineReader } from './line-reader.ts';
import type { Prompts } from './prompts.ts';

type Answer<Value> = { value: Value; wrong?: undefined } | { wrong: string };

/**
 * Prompts as lines of text, for screen readers and slow terminals: choices have numbers, and nothing on the screen changes
 * once it is written. The terminal itself echoes and edits the line. Ctrl-C cancels, as does the end of the input.
 */
export function createPlainPrompts(streams: Streams, wanted: boolean): Prompts {
  const { stderr } = streams;
  const reader = createLineReader(streams);
  const say = (text: string) => stderr.write(`${printableLines(text)}\n`);

  async function ask(question: string, hint = ''): Promise<string> {
    stderr.write(`${printableLines(question)}${hint && ` (${hint})`}: `);
    return (await reader.line()).trim();
  }

  /** A text of several lines, as one types or pastes it. */
  async function furtherLines(first: string): Promise<string> {
    const lines = [first];
    for (;;) {
      const next = await reader.line();
      if (next.trim() === '') return lines.join('\n');
      lines.push(next);
    }
  }

  /** Asks until `read` returns an answer; until then, what is wrong with what was typed. */
  async function askUntil<Value>(
    question: string,
    hint: string,
    read: (typed: string) => Answer<Value>,
  ): Promise<Value> {
    for (;;) {
      const answer = read(await ask(question, hint));
      if (answer.wrong === undefined) return answer.value;
      say(`${mark('failed')} ${answer.wrong}`);
    }
  }

  /** A number of those that are listed, or the name of one. */
  function chosen<Value>(options: readonly { name: string; value: Value }[], typed: string) {
    const named = options.find(({ name }) => name.toLowerCase() === typed.toLowerCase());
    const nth = /^\d{1,4}$/.test(typed) ? options[Number(typed) - 1] : undefined;
    return named ?? nth;
  }

  async function choose<Value>(
    question: string,
    options: readonly { name: string; summary?: string; value: Value }[],
    first: number,
    canGoBack = false,
  ): Promise<Value> {
    say(question);
    for (const [index, { name, summary }] of options.entries()) {
      say(`${index + 1}. ${name}${summary ? `: ${summary}` : ''}`);
    }
    const hint = `Enter for ${first + 1}${canGoBack ? ', 0 to go back' : ''}`;
    return askUntil<Value>('Number', hint, (typed) => {
      if (canGoBack && typed === '0') throw cancelled(undefined, 'escape');
      const option = typed === '' ? options[first] : chosen(options, typed);
      return option ?? { wrong: `type a number from 1 to ${options.length}.` };
    });
  }

  return {
    possible: wanted && isatty(0) && stderr.isTTY === true,
    async line(question, { initial = '', check = () => true, isLong = false } = {}) {
      const hints = [initial && `Enter for ${initial}`, isLong && 'an empty line ends it'];
      for (;;) {
        const typed = await ask(question, hints.filter(Boolean).join(', '));
        const value = (isLong && typed !== '' ? await furtherLines(typed) : typed) || initial;
        const verdict = check(value);
        if (verdict === true) return value;
        say(`${mark('failed')} ${verdict}`);
      }
    },
    choice(question, choices, initial) {
      const options = choices.map((value) => ({ name: printable(value), value }));
      return choose(question, options, Math.max(0, choices.indexOf(initial ?? '')));
    },
    pick(question, options, first) {
      const start = options.findIndex(({ value }) => value === first);
      return choose(question, options, Math.max(0, start), true);
    },
    async search(question, suggest) {
      const typed = await ask(question, 'an id, or a part of a name');
      if (typed === '' || /^\d+$/.test(typed)) return typed;
      // whatever is wrong shows when the answer is used
      const found = await suggest(typed).catch(() => []);
      if (found.length === 0) return typed;
      const options = found.map(({ title, value }) => ({ name: title, value }));
      return choose(`${question}: which one?`, options, 0);
    },
    async password(question, check = () => true) {
      for (;;) {
        const typed = await reader.hidden(`${printable(question)} (not shown): `);
        const verdict = check(typed);
        if (verdict === true) return typed;
        say(`${mark('failed')} ${verdict}`);
      }
    },
    async nextPage(shown) {
      return (await ask(`${shown}. The next page?`, 'Enter for yes, anything else ends')) === '';
    },
    confirm(question, enter = 'no') {
      return askUntil<boolean>(question, `yes or no, Enter for ${enter}`, (typed) => {
        const word = (typed || enter).toLowerCase();
        if (['y', 'yes'].includes(word)) return { value: true };
        return ['n', 'no'].includes(word) ? { value: false } : { wrong: 'type yes or no.' };
      });
    },
  };
}
