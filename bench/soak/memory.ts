import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { median } from '../support.ts';

/** The memory of one process over time, in megabytes that it has resident. */
export type Memory = { start: number; end: number; peak: number };

/** Weighs a process again and again. */
export class Scales {
  readonly #samples: { at: number; megabytes: number }[] = [];

  async weigh(pid: number): Promise<void> {
    const megabytes = await residentMegabytes(pid);
    if (megabytes !== null) this.#samples.push({ at: performance.now(), megabytes });
  }

  /** What it weighed from then on; start and end are medians of a few, since it goes up and down with each collection. */
  since(time: number): Memory | null {
    const samples = this.#samples.filter(({ at }) => at >= time).map(({ megabytes }) => megabytes);
    if (samples.length === 0) return null;
    const few = Math.min(6, Math.ceil(samples.length / 4));
    const rounded = (value: number) => Math.round(value * 10) / 10;
    return {
      start: rounded(median(samples.slice(0, few))),
      end: rounded(median(samples.slice(-few))),
      peak: rounded(Math.max(...samples)),
    };
  }
}

async function residentMegabytes(pid: number): Promise<number | null> {
  try {
    const kilobytes =
      process.platform === 'linux'
        ? /^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]
        : (await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])).stdout.trim();
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}
