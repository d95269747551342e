import { readdir, readFile } from 'node:fs/promises';
import { Client } from 'pg';

/** The CPU time of processes, in milliseconds; of Linux only. */
export interface CpuClock {
  read(): Promise<number>;
  close(): Promise<void>;
}

/**
 * The CPU time of a process and of the connections to a database, which has to be on this machine. It leaves out the workers
 * of parallel plans, and reads the connections anew each time.
 */
export async function openCpuClock(pid: number, adminUrl: string): Promise<CpuClock> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  const own = 'select pid from pg_stat_activity where datname = current_database()';
  return {
    async read() {
      const { rows } = await admin.query<{ pid: number }>(`${own} and pid <> pg_backend_pid()`);
      const times = await Promise.all([pid, ...rows.map((row) => row.pid)].map(timeOf));
      return times.reduce((sum, time) => sum + time, 0);
    },
    close: () => admin.end(),
  };
}

async function timeOf(pid: number): Promise<number> {
  try {
    const threads = await readdir(`/proc/${pid}/task`);
    const times = await Promise.all(
      threads.map(async (thread) => {
        const [nanoseconds] = (
          await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')
        ).split(' ');
        return Number(nanoseconds) / 1e6;
      }),
    );
    return times.reduce((sum, time) => sum + time, 0);
  } catch {
    return 0; // ended meanwhile
  }
}
