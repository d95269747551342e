import { EpicError, problemOf } from './errors.ts';
import { isObject } from './is-object.ts';

/** The part of `fetch` that the client uses; rejects as `fetch` does. */
export type Fetch = (
  url: string,
  request: {
    method: 'POST';
    headers: Record<string, string>;
    body: string;
    redirect: 'error';
    signal: AbortSignal;
  },
) => Promise<Pick<Response, 'status' | 'text'>>;

export interface GraphqlRequest {
  /** The address of the server, without a trailing slash. */
  url: string;
  query: string;
  variables: unknown;
  /** Which of the operations of `query`, where it has several. */
  operationName?: string | undefined;
  accessToken?: string | undefined;
  idempotencyKey?: string | undefined;
  userAgent?: string | undefined;
  signal?: AbortSignal | undefined;
  /** How long to wait for the whole answer, in milliseconds. */
  timeout: number;
  /** What sends it; by default the `fetch` of wherever this runs. */
  fetch?: Fetch | undefined;
}

function unavailable(kind: string, message: string, cause?: unknown): EpicError {
  return new EpicError({ code: 'UNAVAILABLE', kind, message }, { cause });
}

const networkErrors: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EAI_AGAIN: 'the name could not be looked up',
  ENOTFOUND: 'there is no such host',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  'bad port': 'that port is reserved for something else',
};

const cut = new Set(['ECONNRESET', 'UND_ERR_SOCKET']);

/** Why there was no answer, as far as `fetch` lets it be known: Node does, a browser does not. */
function networkError(url: string, error: unknown): EpicError {
  const timedOut = isObject(error) && error.name === 'TimeoutError';
  const cause = isObject(error) && isObject(error.cause) ? error.cause : {};
  const code = typeof cause.code === 'string' ? cause.code : undefined;
  const why = timedOut
    ? 'no answer in time'
    : (networkErrors[code ?? String(cause.message)] ?? code);
  return unavailable(
    timedOut ? 'timeout' : cut.has(code ?? '') ? 'connection_cut' : 'unreachable',
    `The server at ${url} cannot be reached${why ? `: ${why}` : ''}.`,
    error,
  );
}

async function post(request: GraphqlRequest): ReturnType<Fetch> {
  const { fetch: send = fetch, url, query, variables, operationName } = request;
  const { accessToken, idempotencyKey, userAgent, signal } = request;
  const timeout = AbortSignal.timeout(request.timeout);
  return send(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      ...(userAgent && { 'user-agent': userAgent }),
      ...(idempotencyKey && { 'idempotency-key': `"${idempotencyKey}"` }),
      ...(accessToken && { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify({ query, variables, operationName }),
    // A token goes to the server that gave it, and nowhere else.
    redirect: 'error',
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/**
 * Sends one operation and returns its `data`. Every other outcome is an EpicError, or the reason of
 * `signal`.
 */
export async function postGraphql(request: GraphqlRequest): Promise<Record<string, unknown>> {
  const { url, signal } = request;
  let status: number;
  let body: unknown;
  try {
    const response = await post(request);
    status = response.status;
    body = parsed(await response.text());
  } catch (error) {
    signal?.throwIfAborted();
    throw networkError(url, error);
  }
  const { data, errors } = isObject(body) ? body : {};
  if (Array.isArray(errors) && errors.length > 0) {
    const problems = errors.map(problemOf);
    const [problem = problemOf(null)] = problems;
    throw new EpicError(problem, { problems, data });
  }
  if (isObject(data)) return data;
  if (status === 413) {
    const message = 'That is more text than the server accepts.';
    throw new EpicError({ code: 'INVALID', message });
  }
  throw unavailable('not_epic', `What answers at ${url} is not an Epic server (HTTP ${status}).`);
}
