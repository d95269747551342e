import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a server wrote on a connection until it closed it. */
export interface RawAnswer {
  /** Null when it closed the connection without a word. */
  status: number | null;
  headers: string;
  body: unknown;
}

/** Opens a connection to a server. */
export async function openConnection(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

/** Reads a connection until the server closes it. */
export async function readAnswer(socket: Socket): Promise<RawAnswer> {
  const answer = await text(socket).catch(() => '');
  const [headers = '', body = ''] = answer.split('\r\n\r\n', 2);
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(headers)?.[1];
  return {
    status: status === undefined ? null : Number(status),
    headers: headers.toLowerCase(),
    body: body === '' ? null : JSON.parse(body),
  };
}

/** Sends bytes as they are, and reads until the server closes the connection. */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  const socket = await openConnection(url);
  const answer = readAnswer(socket);
  socket.on('error', () => undefined);
  socket.write(bytes);
  return answer;
}
