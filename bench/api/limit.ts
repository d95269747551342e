// The limit: bare node:http and pg. Each operation is one statement written by hand, of which PostgreSQL makes the JSON.

import type { IncomingMessage } from 'node:http';
import {
  createPool,
  createTokenCheck,
  enterText,
  enterValues,
  listen,
  setup,
} from './contender.ts';
import { runTogether } from './one-write.ts';
import { statements } from './statements.ts';

const options = setup();
const check = createTokenCheck(options);
const pool = createPool(options.databaseUrl);

listen(async (request, response) => {
  try {
    const data = await answer(request);
    const body = Buffer.from(`{"data":${data}}`);
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': body.length,
    });
    response.end(body);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});

async function answer(request: IncomingMessage): Promise<string> {
  const key = request.url?.slice(1) ?? '';
  const operation = statements[key];
  if (operation === undefined) throw new Error(`There is no operation ${key}.`);
  const claims = check(request.headers.authorization);
  const values = operation.values(JSON.parse(await bodyOf(request)));
  const client = await pool.connect();
  try {
    return await runTogether(client, [
      { name: 'enter', text: enterText, values: enterValues(claims) },
      ...operation.texts.map((text, nth) => ({
        name: `${key} ${nth}`,
        text,
        values: values[nth] ?? [],
      })),
    ]);
  } finally {
    client.release();
  }
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => resolve(body));
    request.on('error', reject);
  });
}
