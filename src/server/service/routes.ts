import type { MetricsAudience } from '../config/values.ts';
import type { BuiltRelease } from '../database/deploy/replaceable.ts';
import type { WithSession } from '../database/session.ts';
import type { Api } from '../graphql/api.ts';
import { sdlOf } from '../graphql/sdl.ts';
import { isDirect } from '../http/client.ts';
import { createReadiness } from '../http/readiness.ts';
import {
  content,
  type HttpResponse,
  json,
  notFound,
  type Route,
  type Routes,
} from '../http/response.ts';
import type { Keys } from '../identity/keys.ts';
import type { Metrics } from '../observability/metrics.ts';

/** Every path of the server but /graphql. */
export function createRoutes(options: {
  api: Api;
  keys: Keys;
  withSession: WithSession;
  built: () => Promise<BuiltRelease>;
  isStopping: () => boolean;
  metrics: Metrics;
  /** Who may read the metrics. */
  audience: MetricsAudience;
  /** A page at / to explore the API with, if there is one. */
  explorer: Routes | undefined;
  /** Whether the schema may be read. */
  introspection: boolean;
}): Routes {
  const { api, keys, metrics, audience } = options;
  const readReadiness = createReadiness(options.withSession, options.built);

  async function readyz(): Promise<HttpResponse> {
    const state = options.isStopping()
      ? { ready: false, reason: 'The server is stopping.' }
      : await readReadiness();
    return json(state.ready ? 200 : 503, state);
  }

  const readMetrics: Route = async (request) => {
    const isForCaller = audience === 'on' || (audience === 'local' && isDirect(request));
    if (!isForCaller) return notFound('/metrics');
    const { contentType, body } = await metrics.read();
    return content(contentType, body);
  };

  return {
    '/.well-known/jwks.json': () =>
      json(200, keys.published, { 'cache-control': 'public, max-age=30' }),
    '/healthz': () => json(200, { status: 'ok' }),
    '/readyz': readyz,
    '/metrics': readMetrics,
    ...options.explorer,
    ...(options.introspection && { '/schema.graphql': sdlRoute(api) }),
  };
}

function sdlRoute({ schema }: Api): Route {
  const sdl = sdlOf(schema);
  return () => content('text/plain;charset=utf-8', sdl);
}
