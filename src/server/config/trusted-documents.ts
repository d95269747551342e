import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Unusable } from './read.ts';

/** GraphQL documents by the SHA-256 hash of their text, in hexadecimal digits. */
export type TrustedDocuments = ReadonlyMap<string, string>;

/** The documents of a JSON file, an object of texts by their hashes. Throws Unusable. */
export function trustedDocuments(path: string): TrustedDocuments {
  const documents = new Map<string, string>();
  for (const [hash, text] of Object.entries(readObject(path))) {
    if (typeof text !== 'string' || hash !== sha256(text)) {
      throw new Unusable(
        `lists a document under "${hash.slice(0, 64)}", which is not the SHA-256 of its text.`,
        'Write the list anew, rather than by hand.',
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
    // It is not one either.
  }
  throw new Unusable(
    `is "${path}", which is not a list of documents.`,
    'Give a JSON file: {"<SHA-256 of the text>": "query …", …}.',
  );
}
