import { execFile, spawn } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Figure, figureRows } from './figures.ts';
import { log, readFlags, table, timed } from './support.ts';

/** A benchmark that prints figures. */
export interface Part {
  name: string;
  /** Flags with which it only runs through: its figures then say nothing. */
  quick: readonly string[];
  /** Whether it measures scaled companies, and takes --data for the folder that keeps them. */
  isScaled?: boolean;
}

/** What a benchmark prints with --json. */
type Report = { figures: Figure[] };

type Failure = { name: string; reason: string };

/**
 * Runs each benchmark in a process of its own, one after the other, and prints their figures; with --json one object with
 * all that they measured. One that fails is named, and the others are run all the same. The exit code is 1 when one fails;
 * not when a figure is missed.
 */
export async function runAll(parts: readonly Part[]): Promise<void> {
  const { quick, data, json } = readFlags({ quick: false, data: '', json: false });
  const benchmarks: Record<string, Report & { tookSeconds: number }> = {};
  const failed: Failure[] = [];
  for (const part of parts) {
    log(`${part.name} …`);
    const args = [
      ...(quick ? part.quick : []),
      ...(part.isScaled && data !== '' ? ['--data', data] : []),
    ];
    const { milliseconds, result } = await timed(() => run(part.name, args));
    const tookSeconds = Math.round(milliseconds / 1000);
    if (typeof result === 'string') {
      failed.push({ name: part.name, reason: result });
      log(`${part.name} failed after ${tookSeconds} s: ${result}.`);
      continue;
    }
    benchmarks[part.name] = { ...result, tookSeconds };
    log(`${part.name} took ${tookSeconds} s.`);
    if (!json) process.stdout.write(`${part.name}\n${table(figureRows(result.figures))}\n\n`);
  }
  const figures = Object.entries(benchmarks).flatMap(([benchmark, report]) =>
    report.figures.map((figure) => ({ benchmark, ...figure })),
  );
  const missed = figures.filter(({ holds }) => !holds);
  if (failed.length > 0) process.exitCode = 1;
  if (json) {
    const date = new Date().toISOString();
    const about = { machine: machine(), commit: await commit(), date, quick };
    const whole = { ...about, benchmarks, failed, figures, missed };
    process.stdout.write(`${JSON.stringify(whole, null, 2)}\n`);
  } else {
    const failures = failed.map(({ name, reason }) => `\n${name} failed: ${reason}.`).join('');
    const held = figures.length - missed.length;
    process.stdout.write(`${held} of ${figures.length} figures hold.${failures}\n`);
  }
}

/** What it printed, or why there is nothing; it says more on stderr. */
async function run(name: string, args: readonly string[]): Promise<Report | string> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, name, '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<string>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`)),
  );
  const output = await text(child.stdout);
  const end = await ended;
  if (end !== 'exit code 0') return end;
  try {
    const report: Report = JSON.parse(output);
    return Array.isArray(report.figures) ? report : 'it printed no figures';
  } catch {
    return 'what it printed is no JSON';
  }
}

function machine() {
  return {
    cpu: cpus()[0]?.model ?? '',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}

/** The commit that is measured, and whether files differ from it; empty outside a repository. */
async function commit(): Promise<string> {
  const git = (...args: string[]) =>
    promisify(execFile)('git', args).then(
      ({ stdout }) => stdout.trim(),
      () => '',
    );
  const isChanged = (await git('status', '--porcelain')) !== '';
  return `${await git('rev-parse', 'HEAD')}${isChanged ? ', changed' : ''}`;
}
