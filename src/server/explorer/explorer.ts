import { createHash } from 'node:crypto';
import { ruruHTML } from 'ruru/server';
import { getStaticFile } from 'ruru/static';
import { content, errorResponse, type HttpResponse, type Routes } from '../http/response.ts';
import { loginBar, loginScript, loginStyle } from './login.ts';

// The page at /, in which the API can be explored: Ruru, from files of its own package, so that nothing is fetched
// from elsewhere, with a bar to log in.

/** The folder of Ruru's files; below it, one named by their hash, so that a browser can keep them for ever. */
const folder = '/ruru/';

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
    '/': () => {
      page ??= readPage();
      return page;
    },
    [`${folder}*`]: (request) => readFile(request.url ?? '', request.headers['accept-encoding']),
  };
}

async function readFile(
  address: string,
  acceptEncoding?: string | string[],
): Promise<HttpResponse> {
  const staticPath = address.slice(0, address.indexOf('/', folder.length) + 1);
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

async function readPage(): Promise<HttpResponse> {
  const main = await getStaticFile({
    staticPath: folder,
    urlPath: `${folder}ruru.js`,
    acceptEncoding: 'br',
  });
  if (main === null) throw new Error('Ruru is not complete.');
  const endpoint = '/graphql';
  const staticPath = `${folder}${hashOf(main.content, 'hex').slice(0, 16)}/`;
  const config = { endpoint, staticPath, defaultQuery: firstQuery, debugTools: [] };
  const page = ruruHTML({
    endpoint,
    staticPath,
    htmlParts: {
      configScript: `<script>const RURU_CONFIG = ${JSON.stringify(config)};</script>`,
      titleTag: '<title>Epic Events CRM: the API</title>',
      styleTags: (given) => `${given}<style>${loginStyle}</style>`,
      bodyContent: (given) => `${loginBar}${given}`,
      bodyScripts: (given) => `<script>{${loginScript}\n}</script>${given}`,
    },
  });
  return content('text/html;charset=utf-8', page, {
    'content-security-policy': policyFor(page),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  });
}

/** Nothing but what is ours: of scripts, the files and what stands in the page. Ruru's editor styles by itself. */
function policyFor(page: string): string {
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
