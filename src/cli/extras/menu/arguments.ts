import { checkFor, type Flag, flagName, isArgument, questionOf } from '../../core/args/flag.ts';
import type { Command, Services } from '../../core/command/command.ts';
import { commandLine } from '../../core/text/shell.ts';

/** What was answered for a flag: nothing, texts, or that it is set. */
type Answers = Map<Flag, readonly string[]>;

/** The arguments of a command line that says what was answered: arguments first, then flags. */
function argumentsFor(answers: Answers): string[] {
  const given = [...answers];
  const texts = given.flatMap(([flag, answered]) => (isArgument(flag) ? answered : []));
  const flags = given.flatMap(([flag, answered]) => {
    const name = flagName(flag);
    if (name === undefined) return [];
    if (flag.given === 'switch') return [name];
    // A value that looks like a flag is one only if it stands apart.
    return answered.flatMap((text) => (text.startsWith('-') ? [`${name}=${text}`] : [name, text]));
  });
  return [...texts, ...flags];
}

/** Who asks, and where records are looked up. */
type Asking = Pick<Services, 'prompts' | 'api'>;

/** Asks until there is an answer that can be right, and gives it as it was typed. */
async function askFor(flag: Flag, { prompts, api }: Asking): Promise<string> {
  const { choices, refersTo } = flag.parse;
  if (choices) return prompts.choice(questionOf(flag), choices);
  if (!refersTo) return prompts.line(questionOf(flag), { check: checkFor(flag) });
  const { suggestions } = await import('../../core/prompts/references.ts');
  for (;;) {
    const typed = await prompts.search(questionOf(flag), (text) =>
      suggestions(api, refersTo, text),
    );
    if (typed.trim() !== '') return typed.trim();
  }
}

const mayFollow = (flag: Flag, answers: Answers) =>
  flag.given !== 'required' && (flag.given === 'several' || !answers.has(flag));

/**
 * Asks for what a command needs, then offers what else it takes, until it is to be run; gives the arguments, without
 * those of `start`: `['epic', 'contract', 'list']`.
 */
export async function askArguments(
  { flags }: Command,
  asking: Asking,
  start: readonly string[],
): Promise<string[]> {
  const answers: Answers = new Map();
  // What cannot be undone asks by itself.
  const offered = Object.values(flags).filter(({ spec }) => spec !== '--yes');
  for (const flag of offered) {
    if (flag.given === 'required') answers.set(flag, [await askFor(flag, asking)]);
  }
  for (;;) {
    const more = offered.filter((flag) => mayFollow(flag, answers));
    if (more.length === 0) return argumentsFor(answers);
    const line = commandLine([...start, ...argumentsFor(answers)]);
    const chosen = await asking.prompts.pick<Flag | null>('Then', [
      { value: null, name: 'Run it', summary: line },
      ...more.map((flag) => ({ value: flag, name: flag.spec, summary: flag.help })),
    ]);
    if (chosen === null) return argumentsFor(answers);
    const before = answers.get(chosen) ?? [];
    const answer = chosen.given === 'switch' ? [] : [await askFor(chosen, asking)];
    answers.set(chosen, [...before, ...answer]);
  }
}
