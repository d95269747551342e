import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { errorResponse, type HttpResponse } from './response.ts';

/**
 * Turns requests for /graphql that ask for it into WebSockets. A page of another origin may not connect, unless it is
 * one of those allowed: browsers ask nobody beforehand.
 */
export function acceptWebSockets(options: {
  server: Server;
  /** The origins whose pages may use the API. */
  allowedOrigins: readonly string[];
  /** Of one message. */
  maximumBytes: number;
  /** Why there can be no further socket at the moment; null when there can. */
  refuse(): HttpResponse | null;
  onSocket(socket: WebSocket, request: IncomingMessage): void;
}): void {
  const { server, allowedOrigins, maximumBytes, refuse, onSocket } = options;
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maximumBytes,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });

  function refusalOf(request: IncomingMessage): HttpResponse | null {
    const path = request.url?.split('?', 1)[0] ?? '/';
    if (path !== '/graphql') {
      return errorResponse(
        404,
        'NOT_FOUND',
        `There is no WebSocket at ${path}: it is at /graphql.`,
      );
    }
    const { origin, host } = request.headers;
    if (origin !== undefined && !isOf(host, origin) && !allowedOrigins.includes(origin)) {
      return errorResponse(403, 'FORBIDDEN', 'Pages of other origins may not connect.', {
        kind: 'foreign_origin',
      });
    }
    return refuse();
  }

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    const refusal = refusalOf(request);
    if (refusal) write(socket, refusal);
    else webSockets.handleUpgrade(request, socket, head, onSocket);
  });
}

function isOf(host: string | undefined, origin: string): boolean {
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

function write(socket: Duplex, { status, contentType, body }: HttpResponse): void {
  const payload = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'connection: close',
    `content-type: ${contentType}`,
    `content-length: ${Buffer.byteLength(payload)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${payload}`);
}
