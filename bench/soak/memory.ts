import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { median } from '../support.ts';

/**
 * The memory of one server, in megabytes. `start` and `end` are the least heap in use in the first and in the second half,
 * since it varies with each garbage collection. Resident memory varies with how much of it V8 keeps.
 */
export type Memory = {
  start: number;
  end: number;
  resident: { start: number; end: number; peak: number };
};

type Sample = { at: number; heap: number; resident: number };

/** Samples the memory of a server, from its process and /metrics. */
export class MemorySampler {
  readonly #samples: Sample[] = [];

  async sample(pid: number, url: string): Promise<void> {
    const [resident, heap] = await Promise.all([residentMegabytes(pid), heapMegabytes(url)]);
    if (resident === null || heap === null) return;
    this.#samples.push({ at: performance.now(), heap, resident });
  }

  /** The memory since a time; null with fewer than two samples. */
  since(time: number): Memory | null {
    const samples = this.#samples.filter(({ at }) => at >= time);
    if (samples.length < 2) return null;
    const half = Math.floor(samples.length / 2);
    const least = (some: Sample[]) => rounded(Math.min(...some.map(({ heap }) => heap)));
    const resident = samples.map((sample) => sample.resident);
    const few = Math.min(6, Math.ceil(samples.length / 4));
    return {
      start: least(samples.slice(0, half)),
      end: least(samples.slice(half)),
      resident: {
        start: rounded(median(resident.slice(0, few))),
        end: rounded(median(resident.slice(-few))),
        peak: rounded(Math.max(...resident)),
      },
    };
  }
}

function rounded(megabytes: number): number {
  return Math.round(megabytes * 10) / 10;
}

async function heapMegabytes(url: string): Promise<number | null> {
  try {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(2_000) });
    const bytes = /^nodejs_heap_size_used_bytes (\S+)/m.exec(await response.text())?.[1];
    return bytes === undefined ? null : Number(bytes) / 2 ** 20;
  } catch {
    return null;
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
