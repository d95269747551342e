import type { Logger } from 'pino';
import type { RequestContext } from '../graphql/request/context.ts';
import type { HttpResponse } from './response.ts';

/** What logs and metrics get of a finished request: nothing that a person typed. */
export type RequestLog = {
  request: RequestContext;
  /** One of the server's paths, or `other`. */
  path: string;
  /** Null when the client left before there was a response. */
  status: number | null;
  /** The codes of its errors, each once. */
  codes: string[];
  /** The client left before it had the whole response. */
  isCut: boolean;
  milliseconds: number;
};

/** Logs one line: on the level info for the API, debug for everything else. */
export function logRequest(log: Logger, entry: RequestLog): void {
  const { request, path, status, codes, isCut, milliseconds } = entry;
  log[path === '/graphql' ? 'info' : 'debug']({
    request: request.id,
    ...(request.trace === undefined ? {} : { trace: request.trace }),
    path,
    operation: request.operation,
    role: request.claims?.department ?? 'anonymous',
    employee: request.claims?.employeeId ?? null,
    session: request.claims?.sessionId ?? null,
    status,
    codes,
    ...(request.refusals.length > 0 ? { refusals: request.refusals } : {}),
    ms: Math.round(milliseconds),
    ...(isCut ? { cut: true } : {}),
  });
}

/** The codes of a response's errors, each once. */
export function codesOf(response: HttpResponse | undefined): string[] {
  if (response?.type !== 'json') return [];
  const { errors } = Object(response.json);
  const codes = Array.isArray(errors) ? errors.map((error) => String(error?.extensions?.code)) : [];
  return [...new Set(codes)];
}
