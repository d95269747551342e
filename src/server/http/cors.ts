import type { IncomingMessage } from 'node:http';
import type { HttpResponse } from './response.ts';

/** What pages of other origins may do. */
export type Cors = {
  /** The headers of every response. */
  headers(request: IncomingMessage): Record<string, string>;
  /** The response to a preflight request of an allowed origin; null for any other request. */
  preflight(request: IncomingMessage): HttpResponse | null;
};

/** Lets pages of these origins use the API, without credentials of the browser. With no origins, no headers are sent. */
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
        'access-control-expose-headers': 'x-request-id, server-timing',
      };
    },

    preflight(request) {
      const isPreflight =
        request.method === 'OPTIONS' &&
        request.headers['access-control-request-method'] !== undefined;
      if (!isPreflight || !allows(request)) return null;
      return {
        type: 'noContent',
        statusCode: 204,
        headers: {
          'access-control-allow-methods': 'GET, POST',
          'access-control-allow-headers':
            'authorization, content-type, epic-server-timing, idempotency-key, traceparent, tracestate',
          'access-control-max-age': '600',
        },
      };
    },
  };
}
