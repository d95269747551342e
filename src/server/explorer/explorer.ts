import { createHash } from 'node:crypto';
import { codeOf } from '../errors/errors.ts';
import {
  content,
  errorResponse,
  type HttpResponse,
  type Route,
  type Routes,
} from '../http/response.ts';
import { loginBar, loginScript, loginStyle } from './login.ts';
import { icon, layout, sortSchema, viewport } from './page.ts';

// The page at /: Ruru, served from its own package so that nothing is loaded from elsewhere, with a login bar.

/** The path of Ruru's files; below it, one with their hash, so that browsers can cache them. */
const basePath = '/ruru/';

const firstQuery = `# Log in above, then press Ctrl-Enter.
# What there is: the book at the left.

query UnsignedContracts {
  me {
    fullName
    department
  }
  contracts(
    condition: { unsigned: true }
    first: 5
  ) {
    totalCount
    nodes {
      id
      totalAmount
      status
      client {
        fullName
        companyName
      }
    }
  }
}
`;

/** The routes of the explorer: its page, and the files of Ruru. */
export function createExplorer(): Routes {
  let page: Promise<HttpResponse> | undefined;
  return {
    '/': ifInstalled((ruru) => {
      page ??= readPage(ruru);
      return page;
    }),
    [`${basePath}*`]: ifInstalled((ruru, request) =>
      readFile(ruru, request.url ?? '', request.headers['accept-encoding']),
    ),
  };
}

type Ruru = typeof import('ruru/server') & typeof import('ruru/static');

/** An installation may be without Ruru, which is larger than the rest of the server. */
function ifInstalled(
  answer: (ruru: Ruru, request: Parameters<Route>[0]) => Promise<HttpResponse>,
): Route {
  let loading: Promise<Ruru | null> | undefined;
  return async (request) => {
    loading ??= loadRuru();
    const ruru = await loading;
    return ruru === null
      ? errorResponse(404, 'NOT_FOUND', 'The explorer is not installed: its npm package is ruru.')
      : answer(ruru, request);
  };
}

async function loadRuru(): Promise<Ruru | null> {
  try {
    return { ...(await import('ruru/server')), ...(await import('ruru/static')) };
  } catch (error) {
    if (codeOf(error) === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

async function readFile(
  { getStaticFile }: Ruru,
  address: string,
  acceptEncoding?: string | string[],
): Promise<HttpResponse> {
  const staticPath = address.slice(0, address.indexOf('/', basePath.length) + 1);
  const file = await getStaticFile({
    staticPath,
    urlPath: address,
    acceptEncoding,
    disallowDevAssets: true,
  });
  if (file === null) return errorResponse(404, 'NOT_FOUND', 'The explorer has no such file.');
  const { 'content-type': contentType = '', 'content-encoding': encoding } = file.headers;
  return content(contentType, file.content, {
    ...(encoding && { 'content-encoding': encoding }),
    vary: 'accept-encoding',
    'cache-control': 'public, max-age=31536000, immutable',
  });
}

async function readPage({ getStaticFile, ruruHTML }: Ruru): Promise<HttpResponse> {
  const main = await getStaticFile({
    staticPath: basePath,
    urlPath: `${basePath}ruru.js`,
    acceptEncoding: 'br',
  });
  if (main === null) throw new Error('Ruru is not complete.');
  const endpoint = '/graphql';
  const staticPath = `${basePath}${hashOf(main.content, 'hex').slice(0, 16)}/`;
  const config = { endpoint, staticPath, defaultQuery: firstQuery, debugTools: [] };
  const page = ruruHTML({
    endpoint,
    staticPath,
    htmlParts: {
      metaTags: (given) => `${given}${viewport}${icon}`,
      configScript: `<script>const RURU_CONFIG = ${JSON.stringify(config)};</script>`,
      titleTag: '<title>Epic Events CRM: the API</title>',
      styleTags: (given) => `${given}<style>${loginStyle}${layout}</style>`,
      bodyContent: (given) => `${loginBar}${given.replace('Ruru is', 'The explorer is')}`,
      bodyScripts: (given) => `<script>{${loginScript}${sortSchema}\n}</script>${given}`,
    },
  });
  return content('text/html;charset=utf-8', page, {
    'content-security-policy': contentSecurityPolicy(page),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  });
}

/** Allows this server's files and the page's own scripts. Ruru's editor needs inline styles. */
function contentSecurityPolicy(page: string): string {
  const scripts = [...page.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(
    ([, script = '']) => `'sha256-${hashOf(script, 'base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src 'self' ${scripts.join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function hashOf(content: string | Buffer, encoding: 'hex' | 'base64'): string {
  return createHash('sha256').update(content).digest(encoding);
}
