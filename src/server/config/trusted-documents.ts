import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { InvalidValue } from './read.ts';

/** GraphQL documents by the SHA-256 of their text, in hexadecimal. */
export type TrustedDocuments = ReadonlyMap<string, string>;

/** The documents of a JSON file, an object of texts by their hashes. Throws InvalidValue. */
export function trustedDocuments(path: string): TrustedDocuments {
  const documents = new Map<string, string>();
  for (const [hash, text] of Object.entries(readObject(path))) {
    if (typeof text !== 'string' || hash !== sha256(text)) {
      throw new InvalidValue(
        `lists a document under "${hash.slice(0, 64)}", which is not the SHA-256 of its text.`,
        'Generate the list again.',
      );
    }
    documents.set(hash, text);
  }
  return documents;
}

/** The hash under which a document is listed. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function readObject(path: string): object {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content;
  } catch {
    // unreadable or malformed
  }
  throw new InvalidValue(
    `is "${path}", which is not a list of documents.`,
    'Give a JSON file: {"<SHA-256 of the text>": "query …", …}.',
  );
}
