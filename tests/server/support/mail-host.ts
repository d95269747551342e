import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** An e-mail as it arrived. */
export interface Letter {
  from: string;
  to: string[];
  /** By name in lower case, unfolded and decoded. */
  headers: Record<string, string>;
  text: string;
}

/** A real SMTP server on the loopback address. */
export interface MailHost {
  /** For EPIC_SMTP_URL. */
  url: string;
  port: number;
  /** What it has accepted. */
  letters: Letter[];
  /** What it was handed and has not answered yet. */
  held: number;
  /** Whether it keeps what it is handed without an answer. */
  isHolding: boolean;
  /** Answers what it holds, and holds no more. */
  letGo(): void;
  /** A recipient that it refuses, with this answer. */
  refuse(address: string, code: number): void;
  /** Ends at once, with all its connections. */
  stop(): Promise<void>;
}

/** Starts a mail host, on a port that is free; with `user`, one that asks for a password. */
export async function startMailHost(
  options: { port?: number; user?: string; password?: string } = {},
): Promise<MailHost> {
  const { user, password: secret } = options;
  const refused = new Map<string, number>();
  let waiting: (() => void)[] = [];
  const server = new SMTPServer({
    authOptional: user === undefined,
    allowInsecureAuth: true,
    disabledCommands: user === undefined ? ['STARTTLS', 'AUTH'] : ['STARTTLS'],
    closeTimeout: 1,
    onAuth({ username, password }, _session, callback) {
      const isRight = username === user && password === secret;
      callback(isRight ? null : new Error('Wrong login'), isRight ? { user: username } : undefined);
    },
    onRcptTo({ address }, _session, callback) {
      const code = refused.get(address);
      if (code === undefined) return callback();
      callback(Object.assign(new Error(`No ${address} here`), { responseCode: code }));
    },
    onData(stream, { envelope }, callback) {
      text(stream).then((source) => {
        const accept = () => {
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
          const to = envelope.rcptTo.map(({ address }) => address);
          host.letters.push({ from, to, ...parse(source) });
          callback();
        };
        if (!host.isHolding) return accept();
        host.held += 1;
        waiting.push(accept);
      });
    },
  });
  server.on('error', () => {});
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const host: MailHost = {
    url: `smtp://127.0.0.1:${port}`,
    port,
    letters: [],
    held: 0,
    isHolding: false,
    letGo() {
      host.isHolding = false;
      for (const accept of waiting) accept();
      waiting = [];
      host.held = 0;
    },
    refuse: (address, code) => refused.set(address, code),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return host;
}

function parse(source: string): Pick<Letter, 'headers' | 'text'> {
  const end = source.indexOf('\r\n\r\n');
  const lines = source
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...rest] = line.split(':');
      return [name.toLowerCase(), decodeWords(rest.join(':').trim())];
    }),
  );
  const body = source.slice(end + 4);
  const encoding = headers['content-transfer-encoding'];
  const plain =
    encoding === 'base64'
      ? Buffer.from(body, 'base64').toString()
      : encoding === 'quoted-printable'
        ? decodeQuoted(body)
        : body;
  return { headers, text: plain.replaceAll('\r\n', '\n').trim() };
}

/** RFC 2047: names that are not ASCII. */
function decodeWords(value: string): string {
  return value.replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
    kind.toUpperCase() === 'B'
      ? Buffer.from(word, 'base64').toString()
      : decodeQuoted(word.replaceAll('_', ' ')),
  );
}

function decodeQuoted(value: string): string {
  const bytes = value
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
