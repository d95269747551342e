import { writeFileSync } from 'node:fs';
import { OperatorError } from '../errors.ts';
import { generateJwks } from '../identity/keys.ts';

/** `epic-server keys create FILE`: writes a new signing key, readable by this user only. */
export function createKeys(file: string): void {
  try {
    writeFileSync(file, `${JSON.stringify(generateJwks(), null, 2)}\n`, {
      mode: 0o600,
      flag: 'wx',
    });
  } catch (error) {
    throw new OperatorError(
      `The keys cannot be written to ${file}.`,
      'Name a new file in a folder that exists.',
      error,
    );
  }
  process.stderr.write(`A new key was written. Start the server with EPIC_JWT_KEYS=${file}\n`);
}
