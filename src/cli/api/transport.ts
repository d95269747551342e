import { CliError } from '../errors.ts';
import { isObject } from '../is-object.ts';
import { version } from '../version.ts';
import { type GraphQLFailure, problemOf } from './errors.ts';

export interface Exchange {
  /** The address of the server, without a trailing slash. */
  server: string;
  query: string;
  variables: unknown;
  accessToken?: string;
  signal?: AbortSignal;
  /** How long to wait for the whole answer, in milliseconds. */
  patience: number;
}

function unavailable(message: string, cause?: unknown): CliError {
  const hint = 'Is the server running? Another address: --server URL, or EPIC_SERVER.';
  return new CliError({ code: 'UNAVAILABLE', message, hint }, { cause });
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
};

function networkError(server: string, error: unknown): CliError {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = isObject(cause) && typeof cause.code === 'string' ? cause.code : undefined;
  const isForbiddenPort = cause instanceof Error && cause.message === 'bad port';
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const why = timedOut
    ? 'no answer in time'
    : isForbiddenPort
      ? 'that port is reserved for something else'
      : code && (networkErrors[code] ?? code);
  return unavailable(`The server at ${server} cannot be reached${why ? `: ${why}` : ''}.`, error);
}

async function post(exchange: Exchange): Promise<Response> {
  const { server, query, variables, accessToken, signal, patience } = exchange;
  const timeout = AbortSignal.timeout(patience);
  return fetch(`${server}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      'user-agent': `epic/${version}`,
      ...(accessToken && { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify({ query, variables }),
    redirect: 'error',
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
}

function failures(body: Record<string, unknown>): GraphQLFailure[] {
  if (!Array.isArray(body.errors)) return [];
  return body.errors.filter(isObject).map(({ message, extensions }) => ({
    message: typeof message === 'string' ? message : 'The server gave no reason.',
    extensions: isObject(extensions) ? extensions : {},
  }));
}

/** Sends one operation and returns its `data`. Throws a CliError for every other outcome. */
export async function exchange(request: Exchange): Promise<unknown> {
  const { server, signal } = request;
  let answer: string;
  let status: number;
  try {
    const response = await post(request);
    status = response.status;
    answer = await response.text();
  } catch (error) {
    if (signal?.aborted) {
      throw new CliError({ code: 'CANCELLED', message: 'Cancelled.' }, { cause: error });
    }
    throw networkError(server, error);
  }
  let body: unknown;
  try {
    body = JSON.parse(answer);
  } catch {
    body = undefined;
  }
  if (status === 413) {
    throw new CliError({ code: 'INVALID', message: 'That is more text than the server accepts.' });
  }
  if (!isObject(body) || !('data' in body || 'errors' in body)) {
    throw unavailable(`What answers at ${server} is not an Epic server (HTTP ${status}).`);
  }
  const [failure] = failures(body);
  if (failure) throw new CliError(problemOf(failure));
  return body.data;
}
