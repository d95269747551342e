import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { Refusal } from '../errors.ts';
import { internalSentence, newErrorId, type ReportUnexpected } from '../graphql/errors.ts';
import type { Claims } from '../identity/claims.ts';
import type { Tokens } from '../identity/tokens.ts';
import type { AddressOf } from './address.ts';
import { type Answer, type Route, type Routes, refusing } from './answer.ts';
import type { Exchange } from './exchange.ts';

/**
 * The HTTP server, not yet listening. It verifies the access token, gives the request to its route, and logs one
 * line. It sends no CORS headers: a page of another origin cannot use it.
 */
export function createHttpServer(options: {
  routes: Routes;
  tokens: Tokens;
  addressOf: AddressOf;
  log: Logger;
  report: ReportUnexpected;
}): Server {
  const { routes, tokens, addressOf, log, report } = options;

  const route: Route = (request, exchange) => {
    const path = pathOf(request);
    const found = Object.hasOwn(routes, path) ? routes[path] : undefined;
    return found
      ? found(request, exchange)
      : refusing(404, 'NOT_FOUND', `There is nothing at ${path}: the API is at /graphql.`);
  };

  async function answerTo(request: IncomingMessage, exchange: Exchange): Promise<Answer> {
    try {
      exchange.claims = claimsOf(request, tokens);
      return await route(request, exchange);
    } catch (error) {
      if (error instanceof Refusal) {
        return {
          ...refusing(401, error.code, error.message, error.details),
          headers: { 'www-authenticate': 'Bearer' },
        };
      }
      const errorId = newErrorId();
      report(error, { errorId, exchange });
      return refusing(500, 'INTERNAL', internalSentence(errorId), { errorId });
    }
  }

  return createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 10_000 },
    async (request, response) => {
      const startedAt = performance.now();
      const exchange: Exchange = {
        id: randomUUID(),
        claims: null,
        userAgent: request.headers['user-agent'] ?? null,
        address: addressOf(request),
        operation: null,
      };
      let answer: Answer | undefined;
      response.once('close', () => {
        log[pathOf(request) === '/graphql' ? 'info' : 'debug']({
          request: exchange.id,
          path: pathOf(request),
          operation: exchange.operation,
          role: exchange.claims?.department ?? 'anonymous',
          employee: exchange.claims?.employeeId ?? null,
          status: answer?.status ?? null,
          codes: codesOf(answer?.body),
          ms: Math.round(performance.now() - startedAt),
          ...(response.writableFinished ? {} : { cut: true }),
        });
      });
      answer = await answerTo(request, exchange);
      write(request, response, exchange.id, answer);
    },
  );
}

function pathOf(request: IncomingMessage): string {
  return request.url?.split('?', 1)[0] ?? '/';
}

/** Throws a Refusal when there is a token and it is not good. */
function claimsOf(request: IncomingMessage, tokens: Tokens): Claims | null {
  const { authorization } = request.headers;
  if (authorization === undefined) return null;
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  return tokens.verify(token ?? '');
}

function write(
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  answer: Answer,
): void {
  const payload = bytesOf(answer.body);
  response.writeHead(answer.status, {
    'content-type': answer.contentType,
    'content-length': payload.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': id,
    ...answer.headers,
    // What is left of a body that nobody read would be taken for the next request.
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end(payload);
}

function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function codesOf(body: unknown): string[] {
  const errors =
    typeof body === 'object' && body !== null && 'errors' in body && Array.isArray(body.errors)
      ? body.errors
      : [];
  return [...new Set(errors.map((error) => String(error?.extensions?.code)))];
}
