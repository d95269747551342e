import type { IncomingMessage } from 'node:http';
import Negotiator from 'negotiator';
import type { BufferResult, JSONResult, NoContentResult } from 'postgraphile/grafserv';
import { STATUS_CODES } from './node-http.ts';

/** A response, in the form in which grafserv writes it. */
export type HttpResponse = JSONResult | BufferResult | NoContentResult;

/** Handles the requests for one path. */
export type Route = (request: IncomingMessage) => HttpResponse | Promise<HttpResponse>;

/** By path; one that ends in `/*` stands for everything below. */
export type Routes = Readonly<Record<string, Route>>;

/** The route of a path. */
export function findRoute(routes: Routes, path: string): Route | undefined {
  if (Object.hasOwn(routes, path)) return routes[path];
  const below = Object.keys(routes).find(
    (each) => each.endsWith('/*') && path.startsWith(each.slice(0, -1)),
  );
  return below === undefined ? undefined : routes[below];
}

/** A response in JSON. */
export function json(
  statusCode: number,
  body: object,
  headers: Record<string, string> = {},
): JSONResult {
  return {
    type: 'json',
    statusCode,
    headers: { 'content-type': 'application/json;charset=utf-8', ...headers },
    json: body as JSONResult['json'],
  };
}

/** The media types of GraphQL over HTTP. */
export const graphqlTypes = ['application/graphql-response+json', 'application/json'] as const;
const withCharset = graphqlTypes.map((type) => `${type};charset=utf-8`);

/** The media type, with its charset, of answers that the client prefers; undefined where it accepts neither of GraphQL's. */
export function acceptedType(request: IncomingMessage): string | undefined {
  const accept = request.headers.accept || '*/*';
  return new Negotiator({ headers: { accept } }).mediaType(withCharset);
}

/**
 * A refusal in the media type that the client prefers, as grafserv sends what it executes: clients read the errors of a 4xx
 * only in `application/graphql-response+json` (https://graphql.github.io/graphql-over-http/draft/).
 */
export function inAcceptedType(response: JSONResult, request: IncomingMessage): JSONResult {
  const type = acceptedType(request);
  if (type === undefined) return response;
  return { ...response, headers: { ...response.headers, 'content-type': type } };
}

/** A response of another type; 200. */
export function content(
  contentType: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): BufferResult {
  const buffer = Buffer.from(body);
  return {
    type: 'buffer',
    statusCode: 200,
    headers: { 'content-type': contentType, 'content-length': String(buffer.length), ...headers },
    buffer,
  };
}

/** A response with one error, in the form of GraphQL's. */
export function errorResponse(
  statusCode: number,
  code: string,
  message: string,
  extensions: Record<string, unknown> = {},
): JSONResult {
  return json(statusCode, { errors: [{ message, extensions: { code, ...extensions } }] });
}

/** The response for a path without a route. */
export function notFound(path: string): HttpResponse {
  return errorResponse(404, 'NOT_FOUND', `There is nothing at ${path}: the API is at /graphql.`);
}

/** The path of a request, without its query. */
export function pathOf(request: IncomingMessage): string {
  return request.url?.split('?', 1)[0] ?? '/';
}

/** The last response on a connection, as bytes: for what never became a request of node:http. */
export function serialize({ statusCode, headers, json }: JSONResult): string {
  const body = JSON.stringify(json);
  return [
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`,
    `content-type: ${headers['content-type']}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
