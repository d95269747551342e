import type { RequestContext } from '../graphql/request/context.ts';

/** A request that is over: what logs and metrics may know of it. Nothing in it was typed by a person. */
export type RequestLog = {
  request: RequestContext;
  /** One of the paths that the server answers at, or `other`. */
  path: string;
  /** Null when the client left before there was an answer. */
  status: number | null;
  /** The codes of its errors, each once. */
  codes: string[];
  /** The client left before it had all of the answer. */
  isCut: boolean;
  milliseconds: number;
};
