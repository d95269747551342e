import { resolve } from 'node:path';
import { type Environment, reading } from './read.ts';
import {
  type LogLevel,
  logLevel,
  type MetricsAudience,
  metricsAudience,
  port,
  postgresUrl,
  sentryDsn,
} from './values.ts';

/** What `epic-server start` needs to know. */
export type ServerConfig = {
  /** Where the API logs in; null for the embedded PostgreSQL in `dataFolder`. */
  databaseUrl: string | null;
  host: string;
  /** 0 lets the system choose. */
  port: number;
  /** A JWK Set file; null for the keys that the server keeps in `dataFolder`. */
  keysFile: string | null;
  /** Absolute. */
  dataFolder: string;
  /** The `iss` of the tokens. */
  issuer: string;
  sentryDsn: string | null;
  logLevel: LogLevel;
  /** Who may read /metrics: nobody, programs on this machine, or everybody. */
  metrics: MetricsAudience;
};

/** Reads the configuration of the server. Throws one OperatorError that names every wrong variable. */
export function readServerConfig(environment: Environment): ServerConfig {
  return reading(environment, ({ read, complain }) => {
    const config: ServerConfig = {
      databaseUrl: read('DATABASE_URL', null, postgresUrl),
      host: read('EPIC_HOST', '127.0.0.1', (text) => text),
      port: read('EPIC_PORT', 4000, port),
      keysFile: read('EPIC_JWT_KEYS', null, (text) => resolve(text)),
      dataFolder: read('EPIC_DATA', resolve('.epic'), (text) => resolve(text)),
      issuer: read('EPIC_ISSUER', 'epic-server', (text) => text),
      sentryDsn: read('SENTRY_DSN', null, sentryDsn),
      logLevel: read('EPIC_LOG', 'info', logLevel),
      metrics: read('EPIC_METRICS', 'local', metricsAudience),
    };
    if (environment.DATABASE_URL && !environment.EPIC_JWT_KEYS) {
      complain(
        'EPIC_JWT_KEYS',
        'is not set, though DATABASE_URL is.',
        'Set it to a file with the private keys that sign tokens; make one with: epic-server keys create FILE',
      );
    }
    return config;
  });
}
