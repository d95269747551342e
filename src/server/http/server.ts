import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Logger } from 'pino';
import type { JSONResult, RequestDigest, Result } from 'postgraphile/grafserv';
import { grafserv } from 'postgraphile/grafserv/node';
import { type ExecutionArgs, type GraphQLSchema, getOperationAST } from 'postgraphile/graphql';
import { beginStep, type Observer, observed, withObserver } from '../database/observe.ts';
import { ApiError, internalErrorMessage, newErrorId, type ReportError } from '../errors/errors.ts';
import type { RequestContext } from '../graphql/request/context.ts';
import type { Tokens } from '../identity/tokens.ts';
import { bearerToken, type ClientAddress } from './client.ts';
import { createCors } from './cors.ts';
import { graphqlHandler } from './graphql-handler.ts';
import { type HttpLimits, httpLimits } from './limits.ts';
import { answerMalformed } from './malformed.ts';
import { createServer } from './node-http.ts';
import { codesOf, logRequest, type RequestLog } from './request-log.ts';
import {
  errorResponse,
  findRoute,
  type HttpResponse,
  inAcceptedType,
  notFound,
  pathOf,
  type Routes,
} from './response.ts';
import { createServerTiming } from './server-timing.ts';
import { validateRequest } from './validate-request.ts';

/** For every response, unless its route says otherwise. */
const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

type ServerOptions = {
  api: { schema: GraphQLSchema; resolvedPreset: GraphileConfig.Preset };
  /** Of every path but /graphql. */
  routes: Routes;
  tokens: Tokens;
  /** The origins whose pages may use the API. */
  allowedOrigins: readonly string[];
  clientAddress: ClientAddress;
  log: Logger;
  report: ReportError;
  /** Begins the trace of a request of the API; null where there are no traces. */
  traceRequest?: TraceRequest | null;
  /** Called once a request is over, with or without a response. */
  onRequest: (entry: RequestLog) => void;
  limits?: HttpLimits;
};

/** The trace of a request, which is told its steps. */
export type RequestTrace = Observer & {
  end(entry: RequestLog): void;
};

export type TraceRequest = (request: IncomingMessage, context: RequestContext) => RequestTrace;

/** The HTTP server, not yet listening. grafserv reads requests and writes responses; the plugin decides what they are. */
export async function createHttpServer(options: ServerOptions): Promise<Server> {
  const { api, limits = httpLimits } = options;
  // A request without a host is answered like any other that is not well-formed.
  const server = createServer({ ...limits, requireHostHeader: false });
  // Node drops headers over this number without an error: one more is let in, for validateRequest() to see.
  server.maxHeadersCount = limits.maxHeadersCount + 1;
  server.maxRequestsPerSocket = limits.maxRequestsPerSocket;
  server.maxConnections = limits.maxConnections;

  const preset = { extends: [api.resolvedPreset], plugins: [createHttpPlugin(options)] };
  const adapter = grafserv({ schema: api.schema, preset });
  await adapter.addTo(server, false);
  await adapter.ready();
  answerMalformed(server, options.log);
  return server;
}

/** Validates a request, verifies its access token, has its route or grafserv answer it, and logs one line. */
function createHttpPlugin(options: ServerOptions): GraphileConfig.Plugin {
  const { routes, tokens, clientAddress, log, report, onRequest, traceRequest = null } = options;
  const cors = createCors(options.allowedOrigins);
  const maxBytes = options.api.resolvedPreset.grafserv?.maxRequestLength ?? 0;

  async function respond(
    next: () => PromiseLike<Result | null> | Result | null,
    digest: RequestDigest,
    request: IncomingMessage,
    context: RequestContext,
  ): Promise<HttpResponse> {
    const path = pathOf(request);
    const refusal = (response: JSONResult) =>
      path === '/graphql' ? inAcceptedType(response, request) : response;
    try {
      const preflight = cors.preflight(request);
      if (preflight) return preflight;
      const refused = validateRequest(request, path);
      if (refused) return refusal(refused);
      const endStep = beginStep('token');
      Object.assign(context, verifyToken(request, tokens));
      endStep?.();
      const response =
        path === '/graphql' ? await graphqlHandler(next, digest, request, context, maxBytes) : null;
      if (context.refusedToken) throw context.refusedToken;
      return response ?? (await findRoute(routes, path)?.(request)) ?? notFound(path);
    } catch (error) {
      if (error instanceof ApiError) {
        const response = errorResponse(401, error.code, error.message, error.details);
        const headers = { ...response.headers, 'www-authenticate': 'Bearer' };
        return refusal({ ...response, headers });
      }
      const errorId = newErrorId();
      report(error, { errorId, request: context });
      return refusal(errorResponse(500, 'INTERNAL', internalErrorMessage(errorId), { errorId }));
    }
  }

  return {
    name: 'EpicHttpPlugin',
    grafast: {
      middleware: {
        execute(next, { args }) {
          // as it is sent, rather than as objects
          args.outputDataAsString = true;
          return observed('execution', next, () => operationOf(args));
        },
      },
    },
    grafserv: {
      middleware: {
        async processRequest(next, { requestDigest }) {
          const { req: request, res } = requestDigest.requestContext.node ?? {};
          if (!request || !res) throw new Error('The request did not come through node:http.');
          const startedAt = performance.now();
          const context: RequestContext = {
            id: randomUUID(),
            claims: null,
            refusedToken: null,
            refusals: [],
            userAgent: request.headers['user-agent'] ?? null,
            address: clientAddress(request),
            operation: null,
            idempotencyKey: request.headersDistinct['idempotency-key']?.join(', '),
          };
          const path = pathOf(request);
          const timing = createServerTiming(request);
          const trace = path === '/graphql' ? traceRequest?.(request, context) : undefined;
          let response: HttpResponse | undefined;
          res.once('close', () => {
            const entry = {
              request: context,
              path: path === '/graphql' || Object.hasOwn(routes, path) ? path : 'other',
              status: response?.statusCode ?? null,
              codes: codesOf(response),
              isCut: !res.writableFinished,
              milliseconds: performance.now() - startedAt,
            };
            logRequest(log, entry);
            onRequest(entry);
            trace?.end(entry);
          });
          const respondNow = () => respond(next, requestDigest, request, context);
          const observer = timing && trace ? both(timing, trace) : (timing ?? trace);
          response = await (observer ? withObserver(observer, respondNow) : respondNow());
          return {
            ...response,
            headers: {
              ...securityHeaders,
              ...cors.headers(request),
              'x-request-id': context.id,
              // how long a login takes is not told to those who guess passwords
              ...(timing && context.claims ? { 'server-timing': timing.value() } : {}),
              ...response.headers,
              // The rest of an unread body would be taken for the next request.
              ...(request.complete ? {} : { connection: 'close' }),
            },
          };
        },
      },
    },
  };
}

/** The claims of the access token, or why it is refused; neither when there is no token. */
function verifyToken(
  { headers: { authorization } }: IncomingMessage,
  tokens: Tokens,
): Pick<RequestContext, 'claims' | 'refusedToken'> {
  const anonymous = { claims: null, refusedToken: null };
  if (authorization === undefined) return anonymous;
  try {
    return { ...anonymous, claims: tokens.verify(bearerToken(authorization)) };
  } catch (error) {
    if (error instanceof ApiError) return { ...anonymous, refusedToken: error };
    throw error;
  }
}

/** The kind and the name of an operation. */
function operationOf({ document, operationName, contextValue }: ExecutionArgs): string[] {
  const kind = getOperationAST(document, operationName)?.operation ?? 'query';
  const { request } = contextValue as Partial<Grafast.Context>;
  return [kind, request?.operation ?? ''];
}

function both(one: Observer, other: Observer): Observer {
  return {
    begin(step, about) {
      const ends = [one.begin(step, about), other.begin(step, about)];
      return (error) => {
        for (const end of ends) end(error);
      };
    },
  };
}
