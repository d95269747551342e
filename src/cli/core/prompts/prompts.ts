import { once } from 'node:events';
import { isatty } from 'node:tty';
import type { PromptObject } from 'prompts';
import { cancelled } from '../errors.ts';
import type { Streams } from '../output/output.ts';
import { blanks, printable, shorten, width, wrapped } from '../output/text.ts';
import { ask as askWith, type Prompt, type Typing } from './library.ts';
import { patchConfirm, patchLine, type TypedLine, type YesOrNo } from './prompt-keys.ts';

/** Questions to the person at the terminal, asked on stderr. Ctrl-C and Esc cancel (exit 130). */
export interface Prompts {
  /** False in a pipe, or with --no-input. */
  readonly possible: boolean;
  /** `check` returns what is wrong with an answer, or true. */
  line(question: string, options?: LineOptions): Promise<string>;
  /** One of the choices; it begins with `initial`, or with the first. */
  choice(question: string, choices: readonly string[], initial?: string): Promise<string>;
  /** One of some things, each with a word on what it is; `first` is the one to begin at. */
  pick<Value>(question: string, options: readonly Pick<Value>[], first?: Value): Promise<Value>;
  /** Offers what `suggest` finds, at first for nothing, then while one types: the value of what was chosen, or the text as it was typed. */
  search(
    question: string,
    suggest: (typed: string) => Promise<readonly Suggestion[]>,
  ): Promise<string>;
  /** Shows a `*` for each character. */
  password(question: string, check?: (typed: string) => true | string): Promise<string>;
  /** Says how much is shown, and waits for a key: true for Enter. */
  nextPage(shown: string): Promise<boolean>;
  /** Anything but a clear yes is no; Enter is a yes where `enter` says so. */
  confirm(question: string, enter?: 'yes' | 'no'): Promise<boolean>;
}

interface LineOptions {
  initial?: string;
  check?: (typed: string) => true | string;
  /** A text of several lines: those that are pasted stay, and Ctrl-E opens an editor. */
  isLong?: boolean;
}

/** Something to choose. */
export interface Pick<Value> {
  value: Value;
  name: string;
  summary: string;
}

export interface Suggestion {
  title: string;
  value: string;
}

/** A prompt that offers rows, as far as it is used here. */
interface Choosing {
  aborted?: boolean;
  exited?: boolean;
  choices: { title: string }[] | undefined;
  suggestions: Suggestion[];
}

/** A prompt that searches, as far as it is used here. */
interface Searching extends TypedLine, Choosing {
  done?: boolean;
  select: number;
}

function patchOnRender(this: TypedLine): void {
  patchLine(this);
}

function patchLongOnRender(this: TypedLine): void {
  patchLine(this, true);
}

/** A question that is left would show the row that Enter gives, as if it had been chosen. */
function forgetWhenLeft(this: Choosing): void {
  if (!this.aborted && !this.exited) return;
  this.choices = this.choices?.map((choice) => ({ ...choice, title: '' }));
  this.suggestions = [];
}

const debounceMs = 150;
const mostSuggestions = 8;

/** Prompts over these streams; the library is loaded with the first question. */
export function createPrompts(
  streams: Streams,
  { wanted, editor }: { wanted: boolean; editor: () => string },
): Prompts {
  const { stderr } = streams;
  const columns = () => stderr.columns || 80;
  const ask = (question: string, prompt: Prompt, typing?: Typing) =>
    askWith(streams, question, prompt, typing);

  /** The check, its messages wrapped to fit below the line. */
  const wrappedCheck = (check: ((typed: string) => true | string) | undefined) =>
    check &&
    ((typed: string) => {
      const verdict = check(typed);
      return verdict === true || wrapped(printable(verdict), columns() - 3, '');
    });

  const line = async (question: string, { initial, check }: LineOptions) =>
    String(
      await ask(
        question,
        { type: 'text', initial, validate: wrappedCheck(check), onRender: patchOnRender },
        {},
      ),
    );

  /** A text of several lines, typed, pasted or written in an editor. */
  async function longText(question: string, { initial, check }: LineOptions): Promise<string> {
    let text = initial;
    for (;;) {
      let isForEditor = false;
      const validate = wrappedCheck(check);
      const answer = String(
        await ask(
          question,
          {
            type: 'text',
            initial: text,
            validate: (typed: string) => isForEditor || (validate?.(typed) ?? true),
            onRender: patchLongOnRender,
          },
          {
            onEditorKey: () => {
              isForEditor = true;
            },
          },
        ),
      );
      if (!isForEditor) return answer;
      const { edit } = await import('./editor.ts');
      const edited = await edit(answer, editor());
      const verdict = edited === undefined ? `“${editor()}” ended with an error.` : check?.(edited);
      if (edited !== undefined && (verdict === undefined || verdict === true)) {
        const lines = edited === '' ? 'Nothing' : `${edited.split('\n').length} lines`;
        stderr.write(`  ${lines.replace(/^1 lines/, '1 line')} from the editor.\n`);
        return edited;
      }
      stderr.write(`  ${wrapped(printable(String(verdict)), columns() - 2, '')}\n`);
      text = edited ?? answer;
    }
  }

  return {
    possible: wanted && isatty(0) && stderr.isTTY === true,
    async line(question, { isLong = false, ...options } = {}) {
      return isLong ? longText(question, options) : line(question, options);
    },
    async choice(question, choices, first) {
      const options = choices.map((value) => ({ title: printable(value), value }));
      const initial = Math.max(0, choices.indexOf(first ?? ''));
      return String(
        await ask(question, {
          type: 'select',
          choices: options,
          initial,
          onRender: forgetWhenLeft,
        }),
      );
    },
    async pick(question, options, first) {
      const longest = Math.max(...options.map(({ name }) => width(name)));
      const room = columns() - width(question) - longest - 8;
      const choices = options.map(({ name, summary }, value) => ({
        title: `${name}${blanks(name, longest)}  ${shorten(summary, Math.max(room, 10))}`,
        value,
      }));
      const initial = Math.max(
        options.findIndex(({ value }) => value === first),
        0,
      );
      const answer = await ask(question, {
        type: 'select',
        choices,
        initial,
        hint: ' ',
        optionsPerPage: 15,
        onRender: forgetWhenLeft,
      });
      const picked = options[Number(answer)];
      if (!picked) throw cancelled();
      return picked.value;
    },
    async search(question, suggest) {
      let typed = '';
      let suggestedFor: string | undefined;
      let isOpen = true;
      const cells = columns() - 6;
      const lookFor = async (input: string) => {
        typed = input;
        await new Promise((resolve) => setTimeout(resolve, debounceMs).unref());
        if (!isOpen || typed !== input) return [];
        // Whatever is wrong shows when the answer is used.
        const found = await suggest(input).catch(() => []);
        if (typed === input) suggestedFor = input;
        return found.map(({ title, value }) => ({
          title: shorten(printable(title), cells),
          value,
        }));
      };
      const room = Math.max(columns() - width(question) - 6, 20);
      const onRender = function (this: Searching) {
        patchLine(this);
        forgetWhenLeft.call(this);
        const chosen = this.suggestions?.[this.select];
        if (this.done && chosen) chosen.title = shorten(chosen.title, room);
      };
      const chosen = await ask(
        question,
        {
          type: 'autocomplete',
          // The library shows as many as there are choices to begin with.
          choices: Array.from({ length: mostSuggestions }, () => ({ title: '', value: '' })),
          limit: mostSuggestions,
          suggest: lookFor,
          onRender,
          noMatches: 'Type an id, or a part of a name.',
        } as Partial<PromptObject<'answer'>>,
        {},
      );
      isOpen = false;
      return typeof chosen === 'string' && suggestedFor === typed ? chosen : typed;
    },
    async password(question, check) {
      return String(
        await ask(question, {
          type: 'password',
          validate: wrappedCheck(check),
          onRender: patchOnRender,
        }),
      );
    },
    async nextPage(shown) {
      const { stdin } = streams;
      stderr.write(`${shown}. Enter: the next page, any other key: end.`);
      stdin.setRawMode(true).resume();
      const [key] = await once(stdin, 'data');
      stdin.setRawMode(false).pause();
      const isNext = /^[\r\n]/.test(String(key));
      // what the key was for is over
      stderr.write(isNext ? '\r\x1b[K' : `\r\x1b[K${shown}.\n`);
      if (String(key) === '\x03') throw cancelled('', 'interrupted');
      return isNext;
    },
    async confirm(question, enter = 'no') {
      const onRender = function (this: YesOrNo & { aborted?: boolean; value?: boolean }) {
        patchConfirm(this);
        // A question that is left would show the answer that Enter gives.
        if (this.aborted) this.value = false;
      };
      const initial = enter === 'yes';
      // What is too long for a line breaks between words, before the answer.
      const lines = wrapped(printable(question), columns() - 12, '  ').trimStart();
      return (await ask(lines, { type: 'confirm', initial, onRender })) === true;
    },
  };
}
