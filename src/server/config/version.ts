import { readFileSync } from 'node:fs';

/** The version of this package, such as `1.2.3`. */
export function version(): string {
  const packageFile = new URL('../../../package.json', import.meta.url);
  const { version }: { version: string } = JSON.parse(readFileSync(packageFile, 'utf8'));
  return version;
}
