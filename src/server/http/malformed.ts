import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { httpLimits } from './limits.ts';
import { errorResponse, type HttpResponse } from './response.ts';

/** How long a client may need to read such an answer, in ms. */
const farewell = 500;

/** Answers what never becomes a request, and what takes too long to become one, in the form of all errors. */
export function answerMalformed(server: Server, log: Logger): void {
  const unanswered = new WeakMap<Duplex, Set<ServerResponse>>();
  server.prependListener('request', ({ socket }, response) => {
    const responses = unanswered.get(socket) ?? new Set();
    unanswered.set(socket, responses.add(response));
    response.once('close', () => responses.delete(response));
  });

  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const [response, ...more] = unanswered.get(socket) ?? [];
    // An answer to an earlier request is still to come: another one before it would be taken for it.
    const isOutOfTurn =
      more.length > 0 || (response && (response.headersSent || response.req.complete));
    if (!socket.writable || error.code === 'ECONNRESET' || isOutOfTurn) {
      socket.destroy();
      return;
    }
    const answer = answerTo(error.code);
    log.debug({ status: answer.status, reason: error.code }, 'a request that is none');
    // Closed at once, with more on its way, it would be reset, and the answer lost.
    socket.end(rawAnswer(answer));
    socket.resume();
    setTimeout(() => socket.destroy(), farewell).unref();
  });
}

function answerTo(code: string | undefined): HttpResponse {
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

/** The answer to a request with more headers than `httpLimits` say. */
export function tooManyHeaders(): HttpResponse {
  const { maxHeadersCount, maxHeaderSize } = httpLimits;
  return errorResponse(
    431,
    'INVALID',
    `The request has more than ${maxHeadersCount} headers, or more than ${maxHeaderSize / 1024} KiB of them.`,
  );
}

function rawAnswer({ status, contentType, body }: HttpResponse): string {
  const payload = JSON.stringify(body);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${contentType}`,
    `content-length: ${Buffer.byteLength(payload)}`,
    'connection: close',
    '',
    payload,
  ].join('\r\n');
}
