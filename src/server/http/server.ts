import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { Refusal } from '../errors.ts';
import { internalSentence, newErrorId, type ReportUnexpected } from '../graphql/errors.ts';
import type { Claims } from '../identity/claims.ts';
import type { Tokens } from '../identity/tokens.ts';
import { type Answer, nothingAt, type Route, type Routes, refusing } from './answer.ts';
import type { Answered } from './answered.ts';
import type { Exchange } from './exchange.ts';

/**
 * The HTTP server, not yet listening. It verifies the access token, gives the request to its route, and logs one
 * line. It sends no CORS headers: a page of another origin cannot use it.
 */
export function createHttpServer(options: {
  routes: Routes;
  tokens: Tokens;
  log: Logger;
  report: ReportUnexpected;
  /** Called once a request is over, whatever became of it. */
  onAnswered: (answered: Answered) => void;
}): Server {
  const { routes, tokens, log, report, onAnswered } = options;

  const route: Route = (request, exchange) => {
    const path = pathOf(request);
    const found = Object.hasOwn(routes, path) ? routes[path] : undefined;
    return found ? found(request, exchange) : nothingAt(path);
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
        operation: null,
      };
      let answer: Answer | undefined;
      response.once('close', () => {
        const answered = {
          exchange,
          path: Object.hasOwn(routes, pathOf(request)) ? pathOf(request) : 'other',
          status: answer?.status ?? null,
          codes: codesOf(answer?.body),
          isCut: !response.writableFinished,
          milliseconds: performance.now() - startedAt,
        };
        logAnswered(log, answered);
        onAnswered(answered);
      });
      answer = await answerTo(request, exchange);
      write(request, response, exchange.id, answer);
    },
  );
}

function logAnswered(log: Logger, answered: Answered): void {
  const { exchange, path, status, codes, isCut, milliseconds } = answered;
  log[path === '/graphql' ? 'info' : 'debug']({
    request: exchange.id,
    path,
    operation: exchange.operation,
    role: exchange.claims?.department ?? 'anonymous',
    employee: exchange.claims?.employeeId ?? null,
    session: exchange.claims?.sessionId ?? null,
    status,
    codes,
    ms: Math.round(milliseconds),
    ...(isCut ? { cut: true } : {}),
  });
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
