import type { IncomingMessage } from 'node:http';
import type { RequestContext } from '../graphql/request/context.ts';

/** An answer, ready to be written: a body that is neither text nor bytes is written as JSON. */
export type HttpResponse = {
  status: number;
  /** Null for an answer without a body. */
  contentType: string | null;
  body: unknown;
  headers?: Record<string, string>;
};

/** What answers the requests for one path. May throw an ApiError, which is answered as such. */
export type Route = (
  request: IncomingMessage,
  context: RequestContext,
) => HttpResponse | Promise<HttpResponse>;

/** What answers at which path; a path that ends in `/*` stands for everything below. */
export type Routes = Readonly<Record<string, Route>>;

/** What answers at this path. */
export function routeOf(routes: Routes, path: string): Route | undefined {
  if (Object.hasOwn(routes, path)) return routes[path];
  const below = Object.keys(routes).find(
    (each) => each.endsWith('/*') && path.startsWith(each.slice(0, -1)),
  );
  return below === undefined ? undefined : routes[below];
}

/** An answer in JSON. */
export function json(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): HttpResponse {
  return { status, contentType: 'application/json;charset=utf-8', body, headers };
}

/** The answer where there is nothing. */
export function notFound(path: string): HttpResponse {
  return errorResponse(404, 'NOT_FOUND', `There is nothing at ${path}: the API is at /graphql.`);
}

/** An answer that holds one error, in the form of GraphQL's. */
export function errorResponse(
  status: number,
  code: string,
  message: string,
  extensions: Record<string, unknown> = {},
): HttpResponse {
  return json(status, { errors: [{ message, extensions: { code, ...extensions } }] });
}
