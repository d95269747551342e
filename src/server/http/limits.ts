/** Options of node:http; times are in ms. */
export type HttpLimits = {
  /** For the headers of a request to arrive. */
  headersTimeout: number;
  /** For a whole request to arrive. */
  requestTimeout: number;
  /** For a next request on the same connection to begin. */
  keepAliveTimeout: number;
  /** How often the timeouts above are checked. */
  connectionsCheckingInterval: number;
  /** Bytes of all headers of a request, its address included. */
  maxHeaderSize: number;
  /** Headers of a request. */
  maxHeadersCount: number;
  /** Requests on a connection, before it is closed. */
  maxRequestsPerSocket: number;
  /** Connections at a time; further ones are closed. */
  maxConnections: number;
};

export const httpLimits: HttpLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
  maxHeadersCount: 100,
  maxRequestsPerSocket: 1_000,
  maxConnections: 1_000,
};
