import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy whose connections can be cut. */
export interface Relay {
  url: string;
  /** Forwards to this server from now on; with null, connections are cut. */
  leadTo(url: string | null): void;
  /** Cuts every connection. */
  cut(): void;
  /** How many connections there are. */
  count(): number;
  /** How many were cut off because it led to none. */
  refused(): number;
  close(): void;
}

export async function openRelay(): Promise<Relay> {
  const sockets = new Set<Socket>();
  let target: URL | null = null;
  let refused = 0;
  const server = createServer((near) => {
    if (target === null) {
      refused += 1;
      return near.destroy();
    }
    const far = connect(Number(target.port), target.hostname);
    sockets.add(near);
    near.on('close', () => {
      sockets.delete(near);
      far.destroy();
    });
    far.on('close', () => near.destroy());
    near.on('error', () => undefined);
    far.on('error', () => undefined);
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: (url) => {
      target = url === null ? null : new URL(url);
    },
    cut,
    count: () => sockets.size,
    refused: () => refused,
    close: () => {
      server.close();
      cut();
    },
  };
}
