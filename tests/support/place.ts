import type { Run } from './program.ts';

const PLACE = /^Database \w+ on [\w.]+:\d+ \(PostgreSQL \d+\.\d+, as \w+\)\n\n?/;

/** The outcome of a tool without the line that says at which database it looked: the first of its output. */
export function withoutPlace({ stdout, stderr, ...run }: Run): Run {
  const isOnStdout = PLACE.test(stdout);
  expect(isOnStdout ? stdout : stderr).toMatch(PLACE);
  return isOnStdout
    ? { ...run, stdout: stdout.replace(PLACE, ''), stderr }
    : { ...run, stdout, stderr: stderr.replace(PLACE, '') };
}
