import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { httpLimits } from './limits.ts';
import { errorResponse, serialize } from './response.ts';

/** How long a client may take to read such a response before the connection is destroyed. */
const lingerMs = 500;

/** Answers malformed and overdue requests, which never reach the adapter, in the form of all errors. */
export function answerMalformed(server: Server, log: Logger): void {
  const pending = new WeakMap<Duplex, Set<ServerResponse>>();
  server.prependListener('request', ({ socket }, response) => {
    const responses = pending.get(socket) ?? new Set();
    pending.set(socket, responses.add(response));
    response.once('close', () => responses.delete(response));
  });

  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const [response, ...more] = pending.get(socket) ?? [];
    // while an earlier response is due, this one would be taken for it
    const isOutOfTurn =
      more.length > 0 || (response && (response.headersSent || response.req.complete));
    if (!socket.writable || error.code === 'ECONNRESET' || isOutOfTurn) {
      socket.destroy();
      return;
    }
    const malformed = responseTo(error.code);
    log.debug({ status: malformed.statusCode, reason: error.code }, 'malformed request');
    // destroyed at once, with unread data, the connection is reset and the response lost
    socket.end(serialize(malformed));
    socket.resume();
    setTimeout(() => socket.destroy(), lingerMs).unref();
  });
}

function responseTo(code: string | undefined) {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return errorResponse(408, 'INVALID', 'The request took too long to arrive.');
    case 'HPE_HEADER_OVERFLOW':
      return tooManyHeaders();
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return errorResponse(413, 'INVALID', 'The request has too many chunk extensions.');
    default:
      return errorResponse(400, 'INVALID', 'This is not an HTTP request.');
  }
}

/** The response to a request with more headers than `httpLimits` allow. */
export function tooManyHeaders() {
  const { maxHeadersCount, maxHeaderSize } = httpLimits;
  return errorResponse(
    431,
    'INVALID',
    `The request has more than ${maxHeadersCount} headers, or more than ${maxHeaderSize / 1024} KiB of them.`,
  );
}
