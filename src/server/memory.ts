// V8 lets the young generation grow to 96 MB, and the old one to twice what is in use before it collects: for a heap that
// may have gigabytes. A small limit makes the steps smaller; a request takes as much CPU with it.
const flags = ['--max-semi-space-size=8', '--max-old-space-size=512'];

// glibc keeps what was freed, in an arena for each thread: the 19 MiB of a password's hash too, once one has been freed, so
// that every thread that has hashed one takes 20 MB more, for good. Of a fixed size on, memory goes back to the system.
const allocation = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '1048576' };

/**
 * Replaces this process by one whose memory is limited, in place, with the same id; V8 reads these flags only as it starts.
 * Does nothing when the operator has set limits, and where the system or Node cannot replace a process.
 */
export function limitMemory(): void {
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  if (/--max[-_](semi|old)[-_]space[-_]size/.test(given)) return;
  if (process.execve === undefined || process.platform === 'win32') return;
  const args = [process.execPath, ...flags, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, args, { ...allocation, ...process.env });
}
