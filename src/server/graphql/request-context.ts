import type { Claims } from '../database/claims.ts';
import type { Pace } from '../signals/feed.ts';

/** One request and its answer: what the layers tell one another about it, and what the log says of it. */
export type Exchange = {
  /** Also in the answer's header `x-request-id`. */
  readonly id: string;
  /** Whose session the access token names; null for an anonymous caller. */
  claims: Claims | null;
  readonly userAgent: string | null;
  /** The caller's network address; null when it is not known any more. */
  readonly address: string | null;
  /** The name of the GraphQL operation, as operationName() gives it, once it is known. */
  operation: string | null;
  /** How fast the results of a subscription are taken. */
  readonly pace?: Pace;
};

/** As much of an operation's name as logs and metrics keep: a client chooses it, and may make it a megabyte long. */
export function operationName(name: string | undefined): string | null {
  return name === undefined ? null : name.replaceAll(/\W/g, '_').slice(0, 64);
}

declare global {
  namespace Grafast {
    interface RequestContext {
      exchange: Exchange;
    }
    interface Context {
      exchange: Exchange;
    }
  }
}
