import type { IncomingMessage, Server } from 'node:http';
import { handleProtocols } from 'graphql-ws';
import type { JSONResult } from 'postgraphile/grafserv';
import { type WebSocket, WebSocketServer } from 'ws';
import { errorResponse, pathOf, serialize } from './response.ts';
import { validateHost } from './validate-request.ts';

/** Upgrades requests for /graphql to WebSockets. Browsers send no preflight request for those: the origin is checked here. */
export function acceptWebSockets(options: {
  server: Server;
  /** The origins whose pages may use the API. */
  allowedOrigins: readonly string[];
  maxMessageBytes: number;
  /** The response when no further socket is possible at the moment, else null. */
  refuse(): JSONResult | null;
  onSocket(socket: WebSocket, request: IncomingMessage): void;
}): void {
  const { server, allowedOrigins, maxMessageBytes, refuse, onSocket } = options;
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maxMessageBytes,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });

  function validateUpgrade(request: IncomingMessage): JSONResult | null {
    const invalid = validateHost(request);
    if (invalid) return invalid;
    const path = pathOf(request);
    if (path !== '/graphql') {
      return errorResponse(
        404,
        'NOT_FOUND',
        `There is no WebSocket at ${path}: it is at /graphql.`,
      );
    }
    const { origin, host } = request.headers;
    if (origin !== undefined && !isSameHost(origin, host) && !allowedOrigins.includes(origin)) {
      return errorResponse(403, 'FORBIDDEN', 'Pages of other origins may not connect.', {
        kind: 'foreign_origin',
      });
    }
    return refuse();
  }

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    const refusal = validateUpgrade(request);
    if (refusal) socket.end(serialize(refusal));
    else webSockets.handleUpgrade(request, socket, head, onSocket);
  });
}

function isSameHost(origin: string, host: string | undefined): boolean {
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
