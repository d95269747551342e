import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { Refusal } from '../errors.ts';
import { internalSentence, newErrorId, type ReportUnexpected } from '../graphql/errors.ts';
import type { Claims } from '../identity/claims.ts';
import type { Keys } from '../identity/keys.ts';
import type { Tokens } from '../identity/tokens.ts';
import { type GraphqlDoor, refusing } from './door.ts';
import type { Exchange } from './exchange.ts';
import type { Readiness } from './readiness.ts';

type Answer = {
  status: number;
  contentType: string;
  body: unknown;
  headers?: Record<string, string>;
};

/**
 * The HTTP server, not yet listening: /graphql, /healthz, /readyz and /.well-known/jwks.json.
 * It sends no CORS headers: a page of another origin cannot use it.
 */
export function createHttpServer(options: {
  graphql: GraphqlDoor;
  tokens: Tokens;
  keys: Keys;
  readiness: () => Promise<Readiness>;
  log: Logger;
  report: ReportUnexpected;
}): Server {
  const { graphql, tokens, keys, readiness, log, report } = options;

  async function route(request: IncomingMessage, exchange: Exchange): Promise<Answer> {
    const path = pathOf(request);
    switch (path) {
      case '/graphql':
        return graphql(request, exchange);
      case '/healthz':
        return json(200, { status: 'ok' });
      case '/readyz': {
        const state = await readiness();
        return json(state.ready ? 200 : 503, state);
      }
      case '/.well-known/jwks.json':
        return {
          ...json(200, keys.published),
          headers: { 'cache-control': 'public, max-age=300' },
        };
      default:
        return refusing(404, 'NOT_FOUND', `There is nothing at ${path}: the API is at /graphql.`);
    }
  }

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

function json(status: number, body: unknown): Answer {
  return { status, contentType: 'application/json;charset=utf-8', body };
}

function write(
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  answer: Answer,
): void {
  const payload = Buffer.from(JSON.stringify(answer.body));
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

function codesOf(body: unknown): string[] {
  const errors =
    typeof body === 'object' && body !== null && 'errors' in body && Array.isArray(body.errors)
      ? body.errors
      : [];
  return [...new Set(errors.map((error) => String(error?.extensions?.code)))];
}
