import { cpus } from 'node:os';
import { atLeast, atMost, type Figure, figureRows } from '../figures.ts';
import { median, table } from '../support.ts';
import type { BenchOperation } from './operations.ts';
import type { Samples } from './turns.ts';

/** What was measured of an operation, by contender: with ten connections, and with one. */
export interface Result {
  operation: BenchOperation;
  samples: Record<string, Samples>;
}

interface Circumstances {
  server: string;
  contracts: number;
  seconds: number;
  rounds: number;
  load: { before: number; after: number };
}

type Spread = { median: number; min: number; max: number };
type Summary = Record<'throughput' | 'cpu' | 'databaseCpu' | 'p50' | 'p99', Spread>;

export function report(circumstances: Circumstances, results: Result[], json: boolean): void {
  const summaries = results.map(({ operation, samples }) => ({
    key: operation.key,
    title: operation.title,
    contenders: Object.fromEntries(
      Object.entries(samples).map(([name, taken]) => [name, summaryOf(taken)]),
    ),
  }));
  const figures = summaries.flatMap(({ title, contenders }) => figuresOf(title, contenders));
  const machine = { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version };
  if (json) {
    const whole = { ...circumstances, machine, operations: summaries, figures };
    process.stdout.write(`${JSON.stringify(whole, null, 2)}\n`);
    return;
  }
  const { server, contracts, seconds, rounds, load } = circumstances;
  const rows = summaries.flatMap(({ title, contenders }) => [
    [title, '', '', '', '', '', ''],
    ...Object.entries(contenders).map(([name, { throughput, cpu, databaseCpu, p50, p99 }]) => [
      `  ${name}`,
      throughput.median.toFixed(0),
      `${throughput.min.toFixed(0)}–${throughput.max.toFixed(0)}`,
      cpu.median.toFixed(2),
      databaseCpu.median.toFixed(2),
      p50.median.toFixed(2),
      p99.median.toFixed(2),
    ]),
  ]);
  process.stdout.write(
    [
      `${server}, ${contracts.toLocaleString('en')} contracts; ${machine.cores} cores, Node ${machine.node},`,
      `load ${load.before} to ${load.after}; medians of ${rounds} rounds of ${seconds} s.`,
      '',
      table([['', 'requests/s', 'min–max', 'CPU ms', 'DB ms', 'p50 ms', 'p99 ms'], ...rows]),
      '',
      'requests/s, and CPU of the server and of PostgreSQL per request: with 10 connections;',
      'p50 and p99: with 1.',
      '',
      table(figureRows(figures)),
      '',
    ].join('\n'),
  );
}

function summaryOf({ many, one }: Samples): Summary {
  return {
    throughput: spreadOf(many.map(({ throughput }) => throughput)),
    cpu: spreadOf(many.map(({ cpu }) => cpu)),
    databaseCpu: spreadOf(many.map(({ databaseCpu }) => databaseCpu)),
    p50: spreadOf(one.map(({ p50 }) => p50)),
    p99: spreadOf(one.map(({ p99 }) => p99)),
  };
}

function spreadOf(values: number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** epic beside the limit and beside GraphQL by hand, where these were measured. */
function figuresOf(title: string, { epic, limit, mercurius }: Record<string, Summary>): Figure[] {
  const figures: Figure[] = [];
  if (epic === undefined) return figures;
  if (limit !== undefined) {
    const ratio = (of: keyof Summary) => epic[of].median / limit[of].median;
    figures.push(
      atLeast(`${title}: throughput`, ratio('throughput'), 0.9, '× limit'),
      atMost(`${title}: p50`, ratio('p50'), 1.5, '× limit'),
      atMost(`${title}: p99`, ratio('p99'), 1.5, '× limit'),
    );
  }
  if (mercurius !== undefined) {
    const ratio = (of: keyof Summary) => epic[of].median / mercurius[of].median;
    figures.push(
      atLeast(`${title}: throughput, GraphQL`, ratio('throughput'), 1, '× by hand'),
      atMost(`${title}: CPU, GraphQL`, ratio('cpu'), 1, '× by hand'),
    );
  }
  return figures;
}
