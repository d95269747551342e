import 'postgraphile/grafserv/node';
import type { Claims } from '../../database/claims.ts';
import type { ApiError, Refusal } from '../../errors/errors.ts';
import type { AutoResetEvent } from '../../signals/concurrency.ts';

/** What the layers share about one request; the log has part of it. */
export type RequestContext = {
  /** Also sent in the header `x-request-id`. */
  readonly id: string;
  /** Of the access token; null for an anonymous caller. */
  claims: Claims | null;
  /** Why the access token was refused; null also once that is of no consequence. */
  refusedToken: ApiError | null;
  readonly userAgent: string | null;
  /** The caller's network address; null once the connection is gone. */
  readonly address: string | null;
  /** The header Idempotency-Key, as it was sent. */
  readonly idempotencyKey?: string | undefined;
  /** The name of the GraphQL operation, as operationName() gives it, once it is known. */
  operation: string | null;
  /** What of it grants and policies refused. */
  readonly refusals: Refusal[];
  /** The id of its trace, if it has one. */
  trace?: string;
  /** Set each time the next result of a subscription may be sent. */
  readonly demand?: AutoResetEvent;
};

/** The name as logs and metrics keep it: clients choose it, up to a megabyte of it. */
export function operationName(name: string | undefined): string | null {
  return name === undefined ? null : name.replaceAll(/\W/g, '_').slice(0, 64);
}

type ApiRequest = RequestContext;

/** Of a request over HTTP; or of a subscription, for which grafserv passes it on as `ws.request`. */
export function requestOf({
  request,
  ws,
}: Partial<Grafast.RequestContext>): RequestContext | undefined {
  return request ?? (ws?.request as unknown as RequestContext | undefined);
}

declare global {
  namespace Grafast {
    interface RequestContext {
      request: ApiRequest;
    }
    interface Context {
      request: ApiRequest;
    }
  }
}
