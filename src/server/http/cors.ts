import type { IncomingMessage } from 'node:http';
import type { HttpResponse } from './response.ts';

/** What pages of other origins may do. */
export type Cors = {
  /** The headers that every answer has. */
  headers(request: IncomingMessage): Record<string, string>;
  /** The answer to a browser that asks beforehand; null when it may not, or does not ask. */
  preflight(request: IncomingMessage): HttpResponse | null;
};

/**
 * Lets pages of these origins use the API, with a token and never with cookies. Without any, no answer says a word
 * about other origins, and browsers keep their pages out.
 */
export function createCors(allowedOrigins: readonly string[]): Cors {
  const allows = ({ headers: { origin } }: IncomingMessage) =>
    origin !== undefined && allowedOrigins.includes(origin);

  return {
    headers(request): Record<string, string> {
      if (allowedOrigins.length === 0) return {};
      if (!allows(request)) return { vary: 'Origin' };
      return {
        vary: 'Origin',
        'access-control-allow-origin': request.headers.origin ?? '',
        'access-control-expose-headers': 'x-request-id',
      };
    },

    preflight(request) {
      const asks = request.headers['access-control-request-method'] !== undefined;
      if (request.method !== 'OPTIONS' || !asks || !allows(request)) return null;
      return {
        status: 204,
        contentType: null,
        body: '',
        headers: {
          'access-control-allow-methods': 'POST',
          'access-control-allow-headers': 'authorization, content-type',
          'access-control-max-age': '600',
        },
      };
    },
  };
}
