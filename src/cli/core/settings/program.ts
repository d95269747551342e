import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The program of a command line that cannot be run, since there is none; undefined where there is, or a shell must tell. */
export function missingProgram(
  commandLine: string,
  { PATH = '' }: NodeJS.ProcessEnv,
): string | undefined {
  const [program = ''] = commandLine.split(/\s/);
  // a variable or a quotation mark: the shell has to look at it first
  if (!/^[\w./+-]+$/.test(program)) return undefined;
  const places = program.includes('/') ? [''] : PATH.split(delimiter);
  return places.some((folder) => isProgram(join(folder, program))) ? undefined : program;
}
