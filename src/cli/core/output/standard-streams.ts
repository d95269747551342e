import process from 'node:process';
import { isatty } from 'node:tty';
import { exitCodes } from '../errors.ts';
import { mark } from './marks.ts';
import type { Streams } from './output.ts';

/** Ends the program: `| head` closes the pipe early, which is no error; a full disk is one. */
export function endUnwritten(code: unknown, isOutput: boolean): never {
  if (code === 'EPIPE') process.exit();
  if (isOutput) process.stderr.write(`${mark('failed')} The output cannot be written: ${code}.\n`);
  process.exit(exitCodes.INTERNAL);
}

/** A stream that is opened with its first use; whether it is a terminal is known before. */
function openedOnUse(number: 1 | 2): NodeJS.WriteStream {
  const isTTY = isatty(number);
  let stream: NodeJS.WriteStream | undefined;
  const open = () => {
    if (stream === undefined) {
      stream = number === 1 ? process.stdout : process.stderr;
      stream.on('error', ({ code }: NodeJS.ErrnoException) => endUnwritten(code, number === 1));
    }
    return stream;
  };
  return new Proxy({} as NodeJS.WriteStream, {
    get(_, name: keyof NodeJS.WriteStream) {
      if (name === 'isTTY') return isTTY;
      const value: unknown = open()[name];
      return typeof value === 'function' ? value.bind(open()) : value;
    },
  });
}

/** The streams of this process. Node takes a while to open them: who does not use one does not wait for it. */
export const standardStreams: Streams = {
  get stdin() {
    return process.stdin;
  },
  stdout: openedOnUse(1),
  stderr: openedOnUse(2),
  env: process.env,
};
