import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { programs } from '../support/paths.ts';
import { runProgram } from '../support/program.ts';
import { type RunningServer, startServer } from '../support/server.ts';

// What a browser makes of it is tried in one: scripts/test-in-browser.ts.

let database: TestDatabase;
let server: RunningServer;

beforeAll(async () => {
  database = await cloneDatabase();
  server = await startServer(database);
});

afterAll(async () => {
  await server.stop();
  await database.drop();
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { headers });

test('the server offers the committed schema at /schema.graphql', async () => {
  const answer = await get('/schema.graphql');
  expect(answer.headers.get('content-type')).toBe('text/plain;charset=utf-8');
  const path = new URL('../../schema.graphql', import.meta.url);
  expect(await answer.text()).toBe(await readFile(path, 'utf8'));
});

describe('the explorer', () => {
  test('the explorer is a page at / whose policy permits its own scripts only', async () => {
    const answer = await get('/');
    expect(answer.headers.get('content-type')).toBe('text/html;charset=utf-8');
    const page = await answer.text();
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'sha256-/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:|\*/);
    const scripts = [...page.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(
      ([, script]) => script,
    );
    expect(scripts.length).toBeGreaterThan(3);
    for (const script of scripts) {
      expect(policy).toContain(
        createHash('sha256')
          .update(script ?? '')
          .digest('base64'),
      );
    }
  });

  test('the explorer loads nothing from other hosts, and all its files exist', async () => {
    const page = await (await get('/')).text();
    expect(page.match(/(src|href)="https?:/g)).toBeNull();
    const files = new Set(page.match(/\/ruru\/\w+\/[\w.]+/g));
    expect(files.size).toBe(2);
    for (const file of files) {
      const answer = await get(file);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect((await answer.text()).length).toBeGreaterThan(1000);
    }
  });

  test('the explorer compresses its files for clients that accept it', async () => {
    const file = /\/ruru\/\w+\/ruru\.css/.exec(await (await get('/')).text())?.[0] ?? '';
    const compressed = await get(file, { 'accept-encoding': 'br' });
    const plain = await get(file, { 'accept-encoding': 'identity' });
    expect(compressed.headers.get('content-encoding')).toBe('br');
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await plain.text()).toBe(await compressed.text());
  });

  test.each([
    '/ruru/',
    '/ruru/ruru.js',
    '/ruru/x/nothing.js',
    '/ruru/x/../../package.json',
    '/ruru',
  ])('the explorer has no page at %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test('the explorer can be switched off', async () => {
    const closed = await startServer(database, { EPIC_EXPLORER: 'off' });
    try {
      const answer = await fetch(`${closed.url}/`);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({
        errors: [{ extensions: { code: 'NOT_FOUND' } }],
      });
      expect((await fetch(`${closed.url}/ruru/x/ruru.js`)).status).toBe(404);
      expect((await fetch(`${closed.url}/schema.graphql`)).status).toBe(200);
    } finally {
      await closed.stop();
    }
  });

  test('the explorer is switched by "on" and "off" alone', async () => {
    const { code, stderr } = await runProgram(programs.server, ['start'], {
      env: { EPIC_EXPLORER: 'maybe' },
    });
    expect(code).not.toBe(0);
    expect(stderr).toContain('EPIC_EXPLORER is "maybe", which is neither on nor off.');
  });
});
