import type { PromptObject } from 'prompts';
import { cancelled } from '../errors.ts';
import type { Streams } from '../output/output.ts';
import { printableLines } from '../output/text.ts';
import { createPasteDetector, type Key, normalizeKey } from './prompt-keys.ts';

/** `optionsPerPage` is missing in the library's types. */
export type Prompt = Partial<PromptObject<'answer'>> & { optionsPerPage?: number };

/** Has the terminal mark what is pasted. */
const bracketedPaste = { on: '\x1b[?2004h', off: '\x1b[?2004l' };

const inColour = (codes: readonly [string, string], text: string) =>
  `\x1b[${codes[0]}m${text}\x1b[${codes[1]}m`;

/** The terminal for the library, which marks a question that is left with a cross, in red or yellow: leaving is no failure. */
const withoutCross = (stream: NodeJS.WriteStream): NodeJS.WriteStream =>
  Object.create(stream, {
    write: {
      value: (text: string) =>
        stream.write(
          ['31', '33'].reduce(
            (left, colour) =>
              left.replace(inColour([colour, '39'], '✖'), inColour(['2', '22'], '–')),
            text,
          ),
        ),
    },
  });

/** Of a text that is typed. */
export interface Typing {
  onEditorKey?: () => void;
}

/** Asks with the library, which is loaded with the first question. Ctrl-C and Esc cancel. */
export async function ask(
  streams: Pick<Streams, 'stdin' | 'stderr'>,
  question: string,
  prompt: Prompt,
  typing?: Typing,
): Promise<unknown> {
  const { stderr } = streams;
  const { default: prompts } = await import('prompts');
  let left = false;
  let lastKey: string | undefined;
  const isPasted = createPasteDetector();
  const onKey = (typed: string | undefined, key: Key) => {
    lastKey = key.name;
    if (typing && isPasted(key)) return;
    if (typing?.onEditorKey && key.ctrl && key.name === 'e') {
      typing.onEditorKey();
      Object.assign(key, { ctrl: false, name: 'return' });
    } else normalizeKey(typed, key);
  };
  if (typing) stderr.write(bracketedPaste.on);
  const onCancel = () => {
    throw cancelled(undefined, lastKey === 'escape' ? 'escape' : 'interrupted');
  };
  streams.stdin.on('keypress', onKey);
  const { answer } = await prompts(
    {
      type: 'text',
      ...prompt,
      name: 'answer',
      message: printableLines(question),
      stdin: streams.stdin,
      stdout: withoutCross(stderr),
      // Esc is not a cancel to the library: it would answer with what was typed so far.
      onState: ({ exited }: { exited?: boolean }) => {
        left ||= exited === true;
      },
    },
    { onCancel },
  ).finally(() => {
    streams.stdin.off('keypress', onKey);
    if (typing) stderr.write(bracketedPaste.off);
  });
  if (left) onCancel();
  return answer;
}
