import { isDeepStrictEqual } from 'node:util';
import { OperatorError } from '../../src/server/errors/errors.ts';
import type { Caller, Contender } from './contenders.ts';
import type { Sample } from './load.ts';
import type { BenchOperation } from './operations.ts';

/** What was measured of a contender: with ten connections, and with one. */
export interface Samples {
  many: Sample[];
  one: Sample[];
}

/** The contenders that answer an operation. Throws unless all of them give the same answers. */
export async function compareAnswers(
  running: readonly Contender[],
  operation: BenchOperation,
  caller: Caller,
): Promise<Contender[]> {
  const answering: Contender[] = [];
  let first: { name: string; answers: unknown[] } | undefined;
  for (const contender of running) {
    const given = await contender.answers(operation, caller);
    if (given === null) continue;
    answering.push(contender);
    const answers = given.map((answer) => comparable(answer, operation));
    first ??= { name: contender.name, answers };
    for (const [nth, answer] of answers.entries()) {
      if (isDeepStrictEqual(answer, first.answers[nth])) continue;
      throw new OperatorError(
        `${operation.title}: ${contender.name} and ${first.name} give different answers.`,
        `${JSON.stringify(answer)}\n${JSON.stringify(first.answers[nth])}`,
      );
    }
  }
  return answering;
}

/**
 * A cursor is each server's own, and a time is the same however many zeros end its fraction of a second. What each draft
 * has for itself differs.
 */
function comparable(answer: unknown, { requests }: BenchOperation): unknown {
  const own = typeof requests === 'function' ? ['id', 'createdAt', 'signedAt'] : ['endCursor'];
  return JSON.parse(JSON.stringify(answer), (key, value) => {
    if (own.includes(key)) return typeof value;
    return typeof value === 'string'
      ? value.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.0+|(\.\d*?[1-9])0*)(?=[+-])/, '$1$2')
      : value;
  });
}

/** Rounds with ten connections and with one, in which the contenders take turns; each goes first in its turn. */
export async function takeTurns(
  running: readonly Contender[],
  operation: BenchOperation,
  caller: Caller,
  { seconds, rounds }: { seconds: number; rounds: number },
): Promise<Record<string, Samples>> {
  const samples = new Map(
    running.map((contender): [Contender, Samples] => [contender, { many: [], one: [] }]),
  );
  for (let round = -1; round < rounds; round += 1) {
    const shift = Math.max(0, round) % running.length;
    for (const contender of [...running.slice(shift), ...running.slice(0, shift)]) {
      const take = (connections: number, seconds: number) =>
        contender.measure(operation, caller, { connections, seconds });
      const many = await take(10, seconds);
      const one = await take(1, Math.ceil(seconds / 2));
      // the first round warms up
      if (round < 0) continue;
      samples.get(contender)?.many.push(many);
      samples.get(contender)?.one.push(one);
    }
  }
  return Object.fromEntries([...samples].map(([{ name }, taken]) => [name, taken]));
}
