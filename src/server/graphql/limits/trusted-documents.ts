import { PersistedPlugin } from '@grafserv/persisted';
import { SafeError } from 'postgraphile/grafast';
import { sha256, type TrustedDocuments } from '../../config/trusted-documents.ts';

/**
 * Executes only these documents. A request names one by its hash (`documentId`, `id`, or the extension
 * `persistedQuery`) or sends the very text.
 */
export function createTrustedDocumentsPreset(documents: TrustedDocuments): GraphileConfig.Preset {
  return {
    plugins: [PersistedPlugin],
    grafserv: {
      hashFromPayload: ({ documentId, id, query, extensions }) =>
        [documentId, id, hashOfExtension(extensions)].find((hash) => typeof hash === 'string') ??
        sha256(String(query)),
      // rejected, not thrown: grafserv prints what is thrown here, with the variables
      persistedOperationsGetter: (hash) =>
        documents.get(hash.replace(/^sha256:/, '')) ?? Promise.reject(notTrusted()),
    },
  };
}

function hashOfExtension(extensions: unknown): unknown {
  const { persistedQuery } = Object(extensions);
  return Object(persistedQuery).sha256Hash;
}

function notTrusted(): SafeError {
  return new SafeError('This server executes only documents that it knows.', {
    statusCode: 400,
    code: 'INVALID',
    kind: 'document_not_trusted',
    hint: 'Ask the operators of the server to add the document to the list of EPIC_TRUSTED_DOCUMENTS.',
  });
}
