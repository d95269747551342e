// Reads and writes moments as `epic` does in a locale and a zone: a process of its own, since jest keeps TZ from its tests.
// Standard input: a list of `Question`; standard output: an answer for each.

import { asTyped, dateTime } from '../../src/cli/core/args/dates.ts';
import { useLocale } from '../../src/cli/core/locale/locale.ts';
import { useZone } from '../../src/cli/core/locale/zone.ts';
import { fullTime, localTime } from '../../src/cli/core/output/format.ts';

export interface Question {
  locale: string;
  zone: string;
  /** Texts: each is answered with the moment, or with what is wrong with it. */
  typed?: string[];
  /** Moments in ms: each is answered with what is written for it that is read as another one. */
  moments?: number[];
}

function read(text: string): string {
  try {
    return new Date(dateTime(text)).toISOString();
  } catch (error) {
    return (error as Error).message;
  }
}

const asForms = (iso: string) => asTyped('instant', iso);
const started = process.env.TZ;
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const questions: Question[] = JSON.parse(Buffer.concat(chunks).toString());
const answers = questions.map(({ locale, zone, typed = [], moments = [] }) => {
  useLocale({ locale: () => locale }, true);
  useZone(zone, started);
  const wrong = moments.flatMap((moment) => {
    const iso = new Date(moment).toISOString();
    return [localTime, fullTime, asForms]
      .map((write) => write(iso))
      .filter((text) => read(text) !== iso);
  });
  return { locale, zone, read: typed.map(read), wrong };
});
process.stdout.write(JSON.stringify(answers));
