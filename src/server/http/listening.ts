import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { OperatorError } from '../errors/errors.ts';

/** How long an idle connection may still bring a request when the server stops, in ms. */
const farewell = 300;
/** How long a request may still run when the server stops, in ms. */
const patience = 20_000;

/** A server that listens. */
export type Listening = {
  /** Without a slash at the end. */
  url: string;
  /** Takes no new connection, answers what has been asked, then ends every connection. */
  stop(): Promise<void>;
};

/** Listens on host and port; port 0 lets the system choose. Throws an OperatorError when it cannot. */
export async function listen(server: Server, host: string, port: number): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, host, port)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;

  // A connection whose last answer says so is closed as soon as that answer is sent.
  let stopping = false;
  const answering = new Set<ServerResponse>();
  const sayFarewell = (response: ServerResponse) => {
    if (!response.headersSent) response.setHeader('connection', 'close');
  };
  server.prependListener('request', (_request, response) => {
    answering.add(response);
    response.once('close', () => answering.delete(response));
    if (stopping) sayFarewell(response);
  });

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`,
    async stop() {
      stopping = true;
      answering.forEach(sayFarewell);
      // http's own close() also cuts idle connections at once, on which a request may be on its way.
      const closed = new Promise<void>((resolve) => {
        NetServer.prototype.close.call(server, () => resolve());
      });
      const timers = [
        setTimeout(() => server.closeIdleConnections(), farewell),
        setTimeout(() => server.closeAllConnections(), patience),
      ];
      await closed;
      timers.forEach(clearTimeout);
    },
  };
}

function cannotListen(error: Error, host: string, port: number): OperatorError {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new OperatorError(
      `Port ${port} of ${host} is taken by another program.`,
      'Stop that program, or set EPIC_PORT to another port (0 for any that is free).',
      error,
    );
  }
  if (code === 'EACCES') {
    return new OperatorError(
      `Port ${port} may not be used by this user.`,
      'Set EPIC_PORT to a port above 1023.',
      error,
    );
  }
  return new OperatorError(
    `The server cannot listen on ${host}, port ${port} (${code ?? error.message}).`,
    'Check EPIC_HOST and EPIC_PORT.',
    error,
  );
}
