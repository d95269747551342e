import type { IncomingMessage, RequestOptions } from 'node:http';
import http from 'node:http';
import type { Fetch } from '../../../client/index.ts';

/**
 * `fetch`, as far as the client of the API needs it: it takes Node longer to load its own than to start. Follows no
 * redirects.
 */
export const postOverHttp: Fetch = async (url, { method, headers, body, signal }) => {
  const options: RequestOptions = {
    method,
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    signal,
  };
  // TLS takes a while to load too.
  const request = url.startsWith('https:')
    ? (await import('node:https')).request(url, options)
    : http.request(url, options);
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve).once('error', reject).end(body);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    const received = Buffer.concat(chunks).toString('utf8');
    return { status: answer.statusCode ?? 0, text: async () => received };
  } catch (cause) {
    signal.throwIfAborted();
    throw new TypeError('fetch failed', { cause });
  }
};
