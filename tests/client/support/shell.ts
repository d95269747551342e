import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { plainEnvironment } from '../../support/program.ts';

/** A shell that stays open, so that one command can use what an earlier one has set. */
export interface Shell {
  /** Runs commands and gives what they print. Rejects when the last of them fails. */
  run(commands: string): Promise<string>;
  close(): void;
}

const ended = /\n<(\d+)>\n/;

/** Opens a shell in a folder; programs are first looked for in `bin`. */
export function openShell(folder: string, bin: string): Shell {
  const env = plainEnvironment();
  const child = spawn('sh', [], {
    cwd: folder,
    env: { ...env, PATH: `${bin}${delimiter}${env.PATH}` },
  });
  let output = '';
  let notice = () => {};
  const read = (text: string) => {
    output += text;
    notice();
  };
  child.stdout.setEncoding('utf8').on('data', read);
  child.stderr.setEncoding('utf8').on('data', read);
  child.once('close', () => read('\n<127>\n'));
  return {
    run: (commands) =>
      new Promise((resolve, reject) => {
        notice = () => {
          const [marker, status] = ended.exec(output) ?? [];
          if (marker === undefined) return;
          const printed = output.slice(0, output.indexOf(marker));
          output = '';
          if (status === '0') resolve(printed);
          else reject(new Error(`It ended with ${status}: ${printed}`));
        };
        child.stdin.write(`${commands}\nprintf '\\n<%s>\\n' $?\n`);
      }),
    close: () => child.stdin.end(),
  };
}
