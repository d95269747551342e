import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { SafeError } from 'postgraphile/grafast';
import { GrafservBase } from 'postgraphile/grafserv';
import type { GraphQLSchema } from 'postgraphile/graphql';
import { internalErrorMessage, newErrorId, type ReportError } from '../errors/errors.ts';
import type { RequestContext } from '../graphql/request/context.ts';
import { errorResponse, type HttpResponse, type Route } from './response.ts';

type GraphqlBody = { data?: unknown; errors?: readonly GraphqlError[] };

/** An error as it travels: `extensions.code` is always there. */
type GraphqlError = {
  message: string;
  extensions: { code: string } & Record<string, unknown>;
};

/** Answers GraphQL requests with grafserv, and gives a code to the errors that come before execution. Never rejects. */
export function graphqlHandler(options: {
  schema: GraphQLSchema;
  resolvedPreset: GraphileConfig.ResolvedPreset;
  report: ReportError;
}): Route {
  const { schema, resolvedPreset, report } = options;
  const grafserv = new Grafserv({ schema, preset: resolvedPreset });
  const maximumBytes = resolvedPreset.grafserv?.maxRequestLength ?? 0;

  function failed(error: unknown, context: RequestContext): HttpResponse {
    const errorId = newErrorId();
    report(error, { errorId, request: context });
    return errorResponse(500, 'INTERNAL', internalErrorMessage(errorId), { errorId });
  }

  return async (request, context) => {
    try {
      await grafserv.ready();
      const result = await grafserv.answer(request, context, maximumBytes);
      if (result?.type === 'error') {
        return result.statusCode < 500
          ? errorResponse(result.statusCode, 'INVALID', result.error.message)
          : failed(result.error, context);
      }
      if (result?.type !== 'json') throw new Error(`An answer of type ${result?.type}.`);
      const { errors, ...rest } = result.json as GraphqlBody;
      if (result.statusCode >= 500 && !errors?.every(isCoded)) {
        return failed(new Error(errors?.[0]?.message), context);
      }
      return {
        status: result.statusCode,
        contentType: result.headers['content-type'] ?? 'application/json;charset=utf-8',
        headers: retryHeader(errors),
        body: errors ? { errors: errors.map(coded), ...rest } : rest,
      };
    } catch (error) {
      return failed(error, context);
    }
  };
}

class Grafserv extends GrafservBase {
  answer(request: IncomingMessage, context: RequestContext, maximumBytes: number) {
    return this.processRequest({
      httpVersionMajor: request.httpVersionMajor,
      httpVersionMinor: request.httpVersionMinor,
      isSecure: false,
      method: request.method ?? 'GET',
      path: '/graphql',
      headers: {
        'content-type': 'application/json',
        accept: request.headers.accept ?? '*/*',
      },
      preferJSON: true,
      requestContext: { request: context },
      getQueryParams: () => ({}),
      getBody: async () => ({ type: 'buffer', buffer: await readBody(request, maximumBytes) }),
    });
  }
}

/** How many times the limit a request may have and still hear that it is too long, rather than be cut off. */
const patience = 16;

async function readBody(request: IncomingMessage, maximumBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += chunk.length;
      if (length <= maximumBytes) chunks.push(chunk);
      else if (length > patience * maximumBytes) break;
    }
  } catch {
    throw new SafeError('The request was cut off.', { statusCode: 400 });
  }
  if (length > maximumBytes) {
    const sentence = `A request has at most ${maximumBytes.toLocaleString('en')} bytes.`;
    throw new SafeError(sentence, { statusCode: 413 });
  }
  const body = Buffer.concat(chunks);
  if (!isUtf8(body)) throw new SafeError('The request is not UTF-8.', { statusCode: 400 });
  return body;
}

function isCoded(error: GraphqlError): boolean {
  return typeof error.extensions?.code === 'string';
}

/** In how many seconds it is worth trying again, for programs that read no GraphQL. */
function retryHeader(errors: readonly GraphqlError[] = []): Record<string, string> {
  const seconds = errors.map(({ extensions }) => Number(extensions?.retryAfter ?? 0));
  const longest = Math.max(0, ...seconds);
  return longest > 0 ? { 'retry-after': String(longest) } : {};
}

function coded(error: GraphqlError): GraphqlError {
  const { statusCode: _, ...extensions } = error.extensions ?? {};
  return { ...error, extensions: { ...extensions, code: extensions.code ?? 'INVALID' } };
}
