import type { IncomingMessage } from 'node:http';
import type { JSONResult } from 'postgraphile/grafserv';
import { httpLimits } from './limits.ts';
import { tooManyHeaders } from './malformed.ts';
import { acceptedType, errorResponse, graphqlTypes } from './response.ts';

/** Checks the host, the number of headers, the method and, for the API, the types that are accepted and sent. Null when all is well. */
export function validateRequest(request: IncomingMessage, path: string): JSONResult | null {
  const refusal = validateHost(request);
  if (refusal) return refusal;
  if (request.rawHeaders.length / 2 > httpLimits.maxHeadersCount) return tooManyHeaders();
  const methods = path === '/graphql' ? ['GET', 'POST'] : ['GET', 'HEAD'];
  if (!methods.includes(request.method ?? '')) {
    const allow = methods.join(', ');
    const response = errorResponse(405, 'INVALID', `${path} takes only ${allow}.`);
    return { ...response, headers: { ...response.headers, allow } };
  }
  if (path !== '/graphql') return null;
  if (acceptedType(request) === undefined) {
    const sentence = `The API answers in ${graphqlTypes.join(' and ')}: accept one of them.`;
    return errorResponse(406, 'INVALID', sentence);
  }
  return request.method === 'POST' ? validateContent(request) : null;
}

/** A host name or an address, and perhaps a port. A comma, which RFC 3986 allows, comes from joining two headers. */
const hostPattern = /^(?:[\w.~!$&'()*+;=%-]*|\[[\da-f:.]+\])(?::\d*)?$/i;

/**
 * Checks that a request is for one host (RFC 9112, 3.2). One that names two may mean one to a proxy and the other to the
 * server. Null when all is well.
 */
export function validateHost({ headersDistinct, httpVersion }: IncomingMessage) {
  const [host, ...more] = headersDistinct.host ?? [];
  if (host === undefined) {
    if (httpVersion !== '1.1') return null;
    return errorResponse(400, 'INVALID', 'A request names the host that it is for.');
  }
  if (more.length > 0) {
    return errorResponse(400, 'INVALID', 'A request has one Host header, not several.');
  }
  if (hostPattern.test(host)) return null;
  return errorResponse(400, 'INVALID', 'The Host header is not a host name or address.');
}

/** Only JSON in UTF-8: pages of other origins can send forms and plain text without a preflight request. */
function validateContent({ headers }: IncomingMessage): JSONResult | null {
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const isUtf8 = parameters.every((parameter) => /^(charset="?utf-8"?)?$/.test(parameter));
  if (type !== 'application/json' || !isUtf8) {
    return errorResponse(415, 'INVALID', 'The API takes only JSON: send application/json.');
  }
  if (headers['content-encoding'] !== undefined) {
    return errorResponse(415, 'INVALID', 'The API takes no compressed requests.');
  }
  return null;
}
