import {
  checkFor,
  exampleOf,
  type Flag,
  nameOf,
  parsed,
  questionOf,
  required,
} from '../args/flag.ts';
import { type Reference, searched } from '../args/parser.ts';
import { id, idOf, line } from '../args/parsers.ts';
import { CliError, usageError } from '../errors.ts';
import { showTime } from '../locale/zone.ts';
import type { Draft } from './draft.ts';
import type { Asking } from './references.ts';

/** Told where a text can be written in an editor. */
export const editorKey = 'Ctrl-E: editor';

/** A required value is missing, and cannot be asked for. */
export function missing(flag: Flag): Error {
  return usageError(
    `${nameOf(flag)} is missing: ${flag.help}.`,
    `Add ${flag.spec}, or run the command on a terminal to be asked.`,
  );
}

/** The value of what was typed for a flag: where an id belongs, it may be a text that names a record. */
export async function resolveValue(flag: Flag, typed: string, services: Asking): Promise<unknown> {
  const { refersTo } = flag.parse;
  // What has no letter is meant as an id.
  if (!refersTo || !/\p{L}/u.test(typed)) return parsed(flag, typed);
  const text = parsed({ ...flag, parse: line(200) }, typed);
  const { resolve } = await import('./references.ts');
  return resolve(services, refersTo, text);
}

/** The id of a record of this kind: the one that was typed, or that of the one that a text names. */
export async function resolveId(kind: string, typed: string, services: Asking): Promise<number> {
  const named = searched.find((each) => each === kind);
  const flag = required('<id>', 'which one', named ? idOf(named) : id);
  return Number(await resolveValue(flag, typed, services));
}

/** Asks for a record, suggesting what is found, until it is one; undefined where nothing is answered and may be. */
async function askForRecord(
  flag: Flag,
  { question, refersTo, mine }: { question: string; refersTo: Reference; mine: boolean },
  services: Asking & { draft: Draft },
): Promise<unknown> {
  const { suggestions } = await import('./references.ts');
  for (;;) {
    const atOnce = flag.given === 'required';
    const suggest = (text: string) => suggestions(services.api, refersTo, { text, mine, atOnce });
    const typed = await services.prompts.search(question, suggest);
    if (flag.given === 'optional' && typed.trim() === '') return undefined;
    try {
      const found = await resolveValue(flag, typed, services);
      services.draft.answer(flag, String(found));
      return found;
    } catch (error) {
      if (!(error instanceof CliError) || !/USAGE|NOT_FOUND/.test(error.problem.code)) throw error;
      services.output.problem(error.problem);
    }
  }
}

/**
 * Asks until the answer can be parsed; undefined where nothing was answered and nothing has to be. `mine`: of records,
 * only those that one looks after are offered.
 */
export async function askFor(
  flag: Flag,
  services: Asking & { draft: Draft },
  { answers, mine }: { answers: Record<string, unknown>; mine: boolean },
): Promise<unknown> {
  const { prompts, draft, output } = services;
  const isOptional = flag.given === 'optional';
  const { choices, refersTo, isLong, isMoment } = flag.parse;
  const initial = flag.suggest?.(answers);
  const example = initial ? '' : exampleOf(flag);
  const remarks = [isOptional && !initial && 'optional', isLong && editorKey].filter(Boolean);
  const remark = remarks.length > 0 ? ` (${remarks.join(', ')})` : '';
  const question = `${questionOf(flag)}${example}${remark}`;
  if (isMoment) {
    showTime();
    output.nameZone();
  }
  if (refersTo) return askForRecord(flag, { question, refersTo, mine }, services);
  const check = checkFor(flag);
  const isSkipped = (typed: string) => isOptional && typed.trim() === '';
  const text = choices
    ? await prompts.choice(question, choices, initial)
    : await prompts.line(question, {
        ...(initial !== undefined && { initial }),
        ...(isLong && { isLong }),
        check: (typed) => isSkipped(typed) || check(typed),
      });
  if (isSkipped(text)) return undefined;
  const value = flag.parse(text);
  draft.answer(flag, text);
  return value;
}
