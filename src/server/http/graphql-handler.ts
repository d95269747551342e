import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { SafeError, stringifyPayload } from 'postgraphile/grafast';
import type { RequestDigest, Result } from 'postgraphile/grafserv';
import type { RequestContext } from '../graphql/request/context.ts';
import {
  acceptedType,
  errorResponse,
  type HttpResponse,
  inAcceptedType,
  json,
} from './response.ts';

type JsonObject = Parameters<typeof stringifyPayload>[0];

/** An error as it is sent; `extensions.code` is always there. */
type FormattedError = {
  message: string;
  extensions: { code: string } & Record<string, unknown>;
};

/**
 * Has grafserv answer a GraphQL request in the name of its caller, and gives a code to the errors that come before
 * execution. Throws what is unexpected.
 */
export async function graphqlHandler(
  next: () => PromiseLike<Result | null> | Result | null,
  digest: RequestDigest,
  request: IncomingMessage,
  context: RequestContext,
  maxBytes: number,
): Promise<HttpResponse> {
  Object.assign(digest, {
    // validateRequest() has looked at both: grafserv compares the one as it is written, and throws at what it cannot read
    headers: { 'content-type': 'application/json', accept: acceptedType(request) },
    preferJSON: true,
    getBody: async () => ({ type: 'buffer', buffer: await readBody(request, maxBytes) }),
  });
  digest.requestContext.request = context;

  const result = await next();
  if (result?.type === 'error') {
    if (result.statusCode >= 500) throw result.error;
    return inAcceptedType(
      errorResponse(result.statusCode, 'INVALID', result.error.message),
      request,
    );
  }
  if (result?.type !== 'json') throw new Error(`An answer of type ${result?.type}.`);
  const { statusCode, headers } = result;
  const payload = result.json as { errors?: FormattedError[]; data?: string | null };
  const { errors, data, ...rest } = payload;
  if (errors === undefined) {
    const buffer = Buffer.from(stringifyPayload(result.json as JsonObject, true));
    return {
      type: 'buffer',
      statusCode,
      headers: { ...headers, 'content-length': String(buffer.length) },
      buffer,
    };
  }
  if (statusCode >= 500 && !errors.every(isCoded)) throw new Error(errors[0]?.message);
  const response = json(
    statusCode,
    {
      errors: errors.map(coded),
      ...(data === undefined ? {} : { data: typeof data === 'string' ? JSON.parse(data) : data }),
      ...rest,
    },
    { ...headers, ...retryHeader(errors), ...(statusCode === 405 && { allow: 'POST' }) },
  );
  return data === undefined && statusCode >= 400 ? inAcceptedType(response, request) : response;
}

/** A body of up to this many times the limit is read to its end, so that the client gets to read the response. */
const maxBodyFactor = 16;

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      else if (length > maxBodyFactor * maxBytes) break;
    }
  } catch {
    throw new SafeError('The request was cut off.', { statusCode: 400 });
  }
  if (length > maxBytes) {
    const sentence = `A request has at most ${maxBytes.toLocaleString('en')} bytes.`;
    throw new SafeError(sentence, { statusCode: 413 });
  }
  const body = Buffer.concat(chunks);
  if (!isUtf8(body)) throw new SafeError('The request is not UTF-8.', { statusCode: 400 });
  return body;
}

function isCoded(error: FormattedError): boolean {
  return typeof error.extensions?.code === 'string';
}

function coded(error: FormattedError): FormattedError {
  const { statusCode: _, ...extensions } = error.extensions ?? {};
  return { ...error, extensions: { ...extensions, code: extensions.code ?? 'INVALID' } };
}

/** In seconds, for clients that do not read `extensions.retryAfter`. */
function retryHeader(errors: readonly FormattedError[]): Record<string, string> {
  const seconds = Math.max(
    0,
    ...errors.map(({ extensions }) => Number(extensions?.retryAfter ?? 0)),
  );
  return seconds > 0 ? { 'retry-after': String(seconds) } : {};
}
