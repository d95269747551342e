import { createRequire } from 'node:module';

// `import 'node:http'` reads every export, of which WebSocket loads undici: 40 ms and some megabytes, for nothing here.
const http: typeof import('node:http') = createRequire(import.meta.url)('node:http');

export const { createServer, STATUS_CODES } = http;
