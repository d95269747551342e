import { readFileSync } from 'node:fs';

/** The version of this package, such as `1.2.3`. */
export function version(): string {
  const packageFile = new URL('../../../package.json', import.meta.url);
  const { version }: { version: string } = JSON.parse(readFileSync(packageFile, 'utf8'));
  return version;
}

/** The commit that the program was built from; null when that is not known. */
export function commit(): string | null {
  try {
    return readFileSync(new URL('../../../dist/commit', import.meta.url), 'utf8').trim() || null;
  } catch {
    return null;
  }
}
