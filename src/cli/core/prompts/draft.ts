import type { CommandLine } from '../args/command-line.ts';
import { argumentsFor, type Flag } from '../args/flag.ts';

/** What was typed and answered for one command, so that nothing of it is lost when the command fails. */
export interface Draft {
  /** Whether a failed command says how to run it again: once something was answered, or `keep` was called. */
  readonly kept: boolean;
  keep(): void;
  /** Keeps an answer, in place of an earlier one to the same question. */
  answer(flag: Flag, text: string): void;
  /** The command with all answers as flags. Passwords are never flags. */
  commandLine(): CommandLine;
}

/** A draft of the command that was typed. */
export function createDraft(typed: CommandLine): Draft {
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
      answers.set(flag.spec, argumentsFor(flag, text));
      kept = true;
    },
    commandLine: () => typed.plus(...[...answers.values()].flat()),
  };
}
