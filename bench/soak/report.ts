import { table } from '../support.ts';
import type { Memory } from './memory.ts';
import type { Tally } from './tally.ts';

/** What a run found. */
export type Report = {
  seed: number;
  minutes: number;
  servers: number;
  workers: number;
  /** What PostgreSQL says of its own durability. */
  postgres: Record<string, string>;
  requests: number;
  /** Answers that were not simply a success, by code; LOST: the connection broke, CUT: we broke it. */
  errors: Record<string, number>;
  /** Forbidden requests that were refused as they should be; they are among the errors. */
  rightlyRefused: number;
  acknowledgedWrites: number;
  /** Writes whose answer was lost: they may be there or not, but once at most. */
  unacknowledgedWrites: number;
  lostWrites: number;
  wrongAnswers: number;
  crashes: number;
  kills: Tally['kills'];
  recoverySeconds: { max: number; each: Tally['recoveries'] };
  /** Of the server that was never killed, after warming up and in the end; megabytes. */
  memory: Memory | null;
  /** Sentences about what is wrong, at most twenty. */
  problems: string[];
};

/** Whether everything is as it should be. */
export function isClean({ lostWrites, wrongAnswers, crashes }: Report): boolean {
  return lostWrites + wrongAnswers + crashes === 0;
}

/** The report for people. */
export function describe(report: Report): string {
  const number = (value: number) => value.toLocaleString('en');
  const listed = (counts: Record<string, number>) =>
    Object.entries(counts)
      .toSorted(([, one], [, other]) => other - one)
      .map(([name, count]) => `${number(count)} ${name}`)
      .join(', ');
  const { postgres, recoverySeconds, memory } = report;
  const settings = Object.entries(postgres).map(([name, value]) => `${name} ${value}`);
  const rows = [
    ['requests', number(report.requests)],
    ['acknowledged writes', number(report.acknowledgedWrites)],
    ['writes whose answer was lost', number(report.unacknowledgedWrites)],
    ['lost writes', number(report.lostWrites)],
    ['wrong answers', number(report.wrongAnswers)],
    ['forbidden, and refused', number(report.rightlyRefused)],
    ['slowest recovery', `${recoverySeconds.max.toFixed(2)} s`],
    ...(memory === null
      ? []
      : [
          ['heap in use, first half', `${memory.start} MB`],
          ['heap in use, second half', `${memory.end} MB`],
          ['resident at most', `${memory.resident.peak} MB`],
        ]),
  ];
  return [
    `${report.minutes} minutes, ${report.servers} servers, ${report.workers} people, seed ${report.seed}; PostgreSQL with ${settings.join(', ')}.`,
    '',
    table(rows),
    '',
    `kills:  ${listed(report.kills)}`,
    `errors: ${listed(report.errors) || 'none'}`,
    ...report.problems.map((problem) => `\n${problem}`),
    '',
  ].join('\n');
}
