import { type Flag, nameOf } from '../args/flag.ts';
import { commandLine } from '../text/shell.ts';

/** What somebody has typed for one command, so that nothing of it is lost when the command fails. */
export interface Draft {
  /** True once it would be a pity to lose: something was answered, or `keep` was called. */
  readonly kept: boolean;
  keep(): void;
  /** Keeps an answer, in place of an earlier one to the same question. */
  answer(flag: Flag, text: string): void;
  /** The command with all answers as flags, for a POSIX shell. Passwords are never flags. */
  commandLine(): string;
}

/** A draft of the command that was typed as these arguments. */
export function createDraft(typed: readonly string[]): Draft {
  const answers = new Map<string, readonly string[]>();
  let kept = false;
  return {
    get kept() {
      return kept;
    },
    keep() {
      kept = true;
    },
    answer(flag, text) {
      const name = nameOf(flag);
      if (!name.startsWith('--')) answers.set(name, [text]);
      else if (flag.given === 'switch') answers.set(name, [name]);
      // A value that looks like a flag is one only if it stands apart.
      else answers.set(name, text.startsWith('-') ? [`${name}=${text}`] : [name, text]);
      kept = true;
    },
    commandLine() {
      const separator = typed.indexOf('--');
      const end = separator < 0 ? typed.length : separator;
      const answered = [...answers.values()].flat();
      return commandLine(['epic', ...typed.slice(0, end), ...answered, ...typed.slice(end)]);
    },
  };
}
