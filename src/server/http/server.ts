import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Claims } from '../database/claims.ts';
import { ApiError, internalErrorMessage, newErrorId, type ReportError } from '../errors/errors.ts';
import type { RequestContext } from '../graphql/request/context.ts';
import type { Tokens } from '../identity/tokens.ts';
import type { ClientAddress } from './address.ts';
import { bearerToken } from './bearer.ts';
import { createCors } from './cors.ts';
import { type HttpLimits, httpLimits } from './limits.ts';
import { answerMalformed } from './malformed.ts';
import type { RequestLog } from './request-log.ts';
import {
  errorResponse,
  type HttpResponse,
  notFound,
  type Route,
  type Routes,
  routeOf,
} from './response.ts';
import { validateRequest } from './validate-request.ts';

/** What no browser may do with an answer, unless its route says otherwise. */
const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * The HTTP server, not yet listening. It turns away what is no proper request, verifies the access token, gives
 * the request to its route, and logs one line.
 */
export function createHttpServer(options: {
  routes: Routes;
  tokens: Tokens;
  /** The origins whose pages may use the API. */
  allowedOrigins: readonly string[];
  clientAddress: ClientAddress;
  log: Logger;
  report: ReportError;
  /** Called once a request is over, whatever became of it. */
  onAnswered: (answered: RequestLog) => void;
  limits?: HttpLimits;
}): Server {
  const { routes, tokens, clientAddress, log, report, onAnswered, limits = httpLimits } = options;
  const cors = createCors(options.allowedOrigins);

  const route: Route = (request, context) => {
    const path = pathOf(request);
    const found = routeOf(routes, path);
    return found ? found(request, context) : notFound(path);
  };

  async function answerTo(
    request: IncomingMessage,
    context: RequestContext,
  ): Promise<HttpResponse> {
    try {
      const refused = cors.preflight(request) ?? validateRequest(request, pathOf(request));
      if (refused) return refused;
      context.claims = claimsOf(request, tokens);
      return await route(request, context);
    } catch (error) {
      if (error instanceof ApiError) {
        return {
          ...errorResponse(401, error.code, error.message, error.details),
          headers: { 'www-authenticate': 'Bearer' },
        };
      }
      const errorId = newErrorId();
      report(error, { errorId, request: context });
      return errorResponse(500, 'INTERNAL', internalErrorMessage(errorId), { errorId });
    }
  }

  const server = createServer(
    // A request without a host is answered like any other that is not well-formed.
    { ...limits, requireHostHeader: false },
    async (request, response) => {
      const startedAt = performance.now();
      const context: RequestContext = {
        id: randomUUID(),
        claims: null,
        userAgent: request.headers['user-agent'] ?? null,
        address: clientAddress(request),
        operation: null,
      };
      let answer: HttpResponse | undefined;
      response.once('close', () => {
        const answered = {
          request: context,
          path: Object.hasOwn(routes, pathOf(request)) ? pathOf(request) : 'other',
          status: answer?.status ?? null,
          codes: codesOf(answer?.body),
          isCut: !response.writableFinished,
          milliseconds: performance.now() - startedAt,
        };
        logAnswered(log, answered);
        onAnswered(answered);
      });
      answer = await answerTo(request, context);
      const headers = { ...cors.headers(request), 'x-request-id': context.id };
      write(request, response, headers, answer);
    },
  );
  // Some versions of Node drop what is over this number without a word; one more than the limit is refused.
  server.maxHeadersCount = limits.maxHeadersCount + 1;
  server.maxRequestsPerSocket = limits.maxRequestsPerSocket;
  server.maxConnections = limits.maxConnections;
  answerMalformed(server, log);
  return server;
}

function logAnswered(log: Logger, answered: RequestLog): void {
  const { request, path, status, codes, isCut, milliseconds } = answered;
  log[path === '/graphql' ? 'info' : 'debug']({
    request: request.id,
    path,
    operation: request.operation,
    role: request.claims?.department ?? 'anonymous',
    employee: request.claims?.employeeId ?? null,
    session: request.claims?.sessionId ?? null,
    status,
    codes,
    ms: Math.round(milliseconds),
    ...(isCut ? { cut: true } : {}),
  });
}

function pathOf(request: IncomingMessage): string {
  return request.url?.split('?', 1)[0] ?? '/';
}

/** Throws an ApiError when there is a token and it is not good. */
function claimsOf(request: IncomingMessage, tokens: Tokens): Claims | null {
  const { authorization } = request.headers;
  if (authorization === undefined) return null;
  return tokens.verify(bearerToken(authorization));
}

function write(
  request: IncomingMessage,
  response: ServerResponse,
  headers: Record<string, string>,
  answer: HttpResponse,
): void {
  const payload = bytesOf(answer.body);
  response.writeHead(answer.status, {
    ...(answer.contentType === null
      ? {}
      : { 'content-type': answer.contentType, 'content-length': payload.length }),
    ...securityHeaders,
    ...headers,
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
