import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { OperatorError } from '../errors/errors.ts';

/** How long idle connections stay open when the server stops: a request may be on its way. */
const idleTimeoutMs = 300;
/** How long requests may go on when the server stops. */
const shutdownTimeoutMs = 20_000;

/** A listening server. */
export type Listening = {
  /** Without a slash at the end. */
  url: string;
  /** Closes gracefully: takes no new connection, and finishes the requests that it has. */
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

  let stopping = false;
  const pending = new Set<ServerResponse>();
  const closeAfter = (response: ServerResponse) => {
    if (!response.headersSent) response.setHeader('connection', 'close');
  };
  server.prependListener('request', (_request, response) => {
    pending.add(response);
    response.once('close', () => pending.delete(response));
    if (stopping) closeAfter(response);
  });

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`,
    async stop() {
      stopping = true;
      pending.forEach(closeAfter);
      // the close() of node:http destroys idle connections at once
      const closed = new Promise<void>((resolve) => {
        NetServer.prototype.close.call(server, () => resolve());
      });
      const timers = [
        setTimeout(() => server.closeIdleConnections(), idleTimeoutMs),
        setTimeout(() => server.closeAllConnections(), shutdownTimeoutMs),
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
