import { table } from '../support.ts';
import type { Counts } from './counts.ts';
import { isFailure } from './failovers.ts';
import type { Memory } from './memory.ts';

/** The result of a run. */
export type Report = {
  seed: number;
  minutes: number;
  servers: number;
  workers: number;
  /** What the servers worked on. */
  ground: string;
  /** The settings of PostgreSQL that durability depends on. */
  postgres: Record<string, string>;
  requests: number;
  /** Requests that did not succeed, by code; LOST: the connection broke, CUT: the soak closed it. */
  errors: Record<string, number>;
  /** Forbidden requests that were refused; they are among the errors. */
  expectedRefusals: number;
  acknowledgedWrites: number;
  /** Writes whose answer was lost: they may be there once, or not at all. */
  unacknowledgedWrites: number;
  lostWrites: number;
  wrongAnswers: number;
  /** Signals of events that a subscriber was not sent, or twice, or that are of nothing that happened. */
  wrongDeliveries: number;
  deliveries: number;
  /** How late a signal was delivered at most, in seconds. */
  slowestDelivery: number;
  crashes: number;
  kills: Counts['kills'];
  recoverySeconds: { max: number; each: Counts['recoveries'] };
  /** Of the server that is never killed, after warming up and in the end; megabytes. */
  memory: Memory | null;
  /** A sentence for each problem, at most twenty. */
  problems: string[];
};

/** Whether nothing was lost, wrong or crashed. */
export function isClean({ lostWrites, wrongAnswers, wrongDeliveries, crashes }: Report): boolean {
  return lostWrites + wrongAnswers + wrongDeliveries + crashes === 0;
}

/** The report as text. */
export function describe(report: Report): string {
  const number = (value: number) => value.toLocaleString('en');
  const listed = (counts: Record<string, number>) =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .toSorted(([, one], [, other]) => other - one)
      .map(([name, count]) => `${number(count)} ${name}`)
      .join(', ');
  const { postgres, recoverySeconds, memory } = report;
  const longestWait = Math.max(0, ...recoverySeconds.each.map((one) => one.longestWait));
  const failovers = recoverySeconds.each.filter(({ kill }) => isFailure(kill));
  const settings = Object.entries(postgres).map(([name, value]) => `${name} ${value}`);
  const rows = [
    ['requests', number(report.requests)],
    ['acknowledged writes', number(report.acknowledgedWrites)],
    ['writes whose answer was lost', number(report.unacknowledgedWrites)],
    ['lost writes', number(report.lostWrites)],
    ['wrong answers', number(report.wrongAnswers)],
    ['forbidden, and refused', number(report.expectedRefusals)],
    ['delivered to subscribers', number(report.deliveries)],
    ['missed, or sent twice', number(report.wrongDeliveries)],
    ['latest delivery', `${report.slowestDelivery.toFixed(2)} s`],
    ['slowest recovery', `${recoverySeconds.max.toFixed(2)} s`],
    ['longest wait of a person', `${longestWait.toFixed(2)} s`],
    ...(memory === null
      ? []
      : [
          ['heap in use, first half', `${memory.start} MB`],
          ['heap in use, second half', `${memory.end} MB`],
          ['resident at most', `${memory.resident.peak} MB`],
        ]),
  ];
  return [
    `${report.minutes} minutes, ${report.servers} servers, ${report.workers} people, seed ${report.seed}; ${report.ground} with ${settings.join(', ')}.`,
    '',
    table(rows),
    '',
    ...failovers.map(
      ({ kill, seconds, longestWait }) =>
        `${kill}: the servers answered after ${seconds.toFixed(2)} s, and a person waited for ${longestWait.toFixed(2)} s at most`,
    ),
    `kills:  ${listed(report.kills)}`,
    `errors: ${listed(report.errors) || 'none'}`,
    ...report.problems.map((problem) => `\n${problem}`),
    '',
  ].join('\n');
}
