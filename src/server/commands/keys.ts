import { existsSync } from 'node:fs';
import { readServerConfig } from '../config/server.ts';
import { OperatorError } from '../errors/errors.ts';
import { defaultKeysFile, rotateKeys, writeNewKeys } from '../identity/key-file.ts';

/** `epic-server keys create FILE`: writes a new signing key, readable by this user only. */
export function createKeys(file: string): void {
  try {
    writeNewKeys(file);
  } catch (error) {
    throw new OperatorError(
      `The keys cannot be written to ${file}.`,
      'Name a new file in a folder that exists.',
      error,
    );
  }
  process.stderr.write(`A new key was written. Start the server with EPIC_JWT_KEYS=${file}\n`);
}

/** `epic-server keys rotate [FILE]`: adds a key for servers that are running. */
export async function rotateKeysOf(file: string | undefined): Promise<void> {
  const { signsFrom, removed } = rotateKeys(file ?? (await configuredFile()));
  const lines = [
    `A new key was added, which signs from ${signsFrom.toISOString()}: by then every running server has read it.`,
    'Sessions continue: the former key verifies until its last token has expired, 15 minutes later.',
    ...(removed === 0 ? [] : [`No longer needed and removed: ${removed}.`]),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}

async function configuredFile(): Promise<string> {
  const { keysFile, dataFolder } = readServerConfig(process.env);
  if (keysFile !== null) return keysFile;
  const { openDataFolder } = await import('../database/embedded/folder.ts');
  const { path } = await openDataFolder(dataFolder, (line) => process.stderr.write(`${line}\n`));
  const own = defaultKeysFile(path);
  if (!existsSync(own)) {
    throw new OperatorError(
      `There are no keys in ${path} yet.`,
      'epic-server start creates them. To rotate another file: epic-server keys rotate FILE',
    );
  }
  return own;
}
