import { resolve } from 'node:path';
import { type Environment, type Reader, readConfig } from './read.ts';
import { type TrustedDocuments, trustedDocuments } from './trusted-documents.ts';
import {
  drain,
  environmentName,
  type LogLevel,
  locale,
  logLevel,
  type MetricsAudience,
  mailSender,
  metricsAudience,
  onOrOff,
  origins,
  otlpEndpoint,
  otlpProtocol,
  poolSize,
  port,
  postgresHosts,
  postgresStandbys,
  postgresUrl,
  sentryDsn,
  smtpUrl,
  timeZone,
  trueOrFalse,
  trustedProxies,
  workers,
} from './values.ts';

/** The configuration of `epic-server start`. */
export type ServerConfig = {
  /** Where the API logs in, perhaps one of several hosts; null for the embedded PostgreSQL in `dataFolder`. */
  databaseUrl: string | null;
  /** A standby of `databaseUrl` that answers queries where it can, perhaps one of several; null for none. */
  readUrl: string | null;
  /** Where the API listens for notifications, as `databaseUrl` and not through a pooler; null for there. */
  directUrl: string | null;
  /** How many connections to `databaseUrl` a process has at most. */
  poolSize: number;
  /** Whether it prepares statements by name. */
  preparesStatements: boolean;
  /** Where the job queue logs in; null with `databaseUrl`, and only then. */
  workerUrl: string | null;
  host: string;
  /** 0 for any free port. */
  port: number;
  /** How many processes serve on the port. */
  workers: number;
  /** For how long a server that is told to stop is not ready and serves all the same, in ms. */
  drainMs: number;
  /** Whose `X-Forwarded-For` is believed: addresses, networks, `loopback`. */
  trustedProxies: string[];
  /** A JWK Set file; null for the keys that the server keeps in `dataFolder`. */
  keysFile: string | null;
  /** Absolute. */
  dataFolder: string;
  /** The `iss` of the tokens, and the `aud` of assertions. */
  issuer: string;
  /** The origins whose pages may use the API. */
  allowedOrigins: readonly string[];
  /** Whether introspection is allowed. */
  introspection: boolean;
  /** The only documents that are executed; null for any. */
  trustedDocuments: TrustedDocuments | null;
  sentryDsn: string | null;
  /** Whether there is a page at / to explore the API with. */
  explorer: boolean;
  /** What Sentry calls this deployment. */
  environment: string;
  /** The zone of the company's times, an IANA name: in e-mails, and for people who have chosen no other. */
  timeZone: string;
  /** The SMTP server, the sender, and the format of amounts and times; null to send no e-mail. */
  mailHost: { smtpUrl: string; from: string; locale: string } | null;
  logLevel: LogLevel;
  /** Who may read /metrics. */
  metrics: MetricsAudience;
  /** Whether requests are traced; where to is OpenTelemetry's own configuration. */
  traces: boolean;
};

/** Each takes up to 16 of the 60 connections. */
const mostWorkersOnEmbedded = 3;

/** Reads the configuration of the server. Throws one OperatorError that names every wrong variable. */
export function readServerConfig(environment: Environment): ServerConfig {
  return readConfig(environment, ({ read, isSet, addProblem }) => {
    const config: ServerConfig = {
      databaseUrl: read('DATABASE_URL', null, postgresHosts),
      readUrl: read('DATABASE_READ_URL', null, postgresStandbys),
      directUrl: read('DATABASE_DIRECT_URL', null, postgresHosts),
      poolSize: read('EPIC_POOL_SIZE', 10, poolSize),
      preparesStatements: read('EPIC_PREPARED_STATEMENTS', true, onOrOff),
      workerUrl: read('DATABASE_WORKER_URL', null, postgresHosts),
      host: read('EPIC_HOST', '127.0.0.1', (text) => text),
      port: read('EPIC_PORT', 4000, port),
      workers: read('EPIC_WORKERS', 1, workers),
      drainMs: read('EPIC_DRAIN', 0, drain),
      trustedProxies: read('EPIC_TRUSTED_PROXIES', [], trustedProxies),
      keysFile: read('EPIC_JWT_KEYS', null, (text) => resolve(text)),
      dataFolder: read('EPIC_DATA', resolve('.epic'), (text) => resolve(text)),
      issuer: issuer(read),
      allowedOrigins: read('EPIC_ALLOWED_ORIGINS', [], origins),
      introspection: read('EPIC_INTROSPECTION', true, onOrOff),
      trustedDocuments: read('EPIC_TRUSTED_DOCUMENTS', null, trustedDocuments),
      sentryDsn: read('SENTRY_DSN', null, sentryDsn),
      explorer: read('EPIC_EXPLORER', true, onOrOff),
      environment: read('EPIC_ENVIRONMENT', 'production', environmentName),
      timeZone: read('EPIC_TIME_ZONE', 'Europe/Paris', timeZone),
      mailHost: mailHost(
        read('EPIC_SMTP_URL', null, smtpUrl),
        read('EPIC_MAIL_FROM', null, mailSender),
        read('EPIC_LOCALE', 'en-GB', locale),
      ),
      logLevel: read('EPIC_LOG', 'info', logLevel),
      metrics: read('EPIC_METRICS', 'local', metricsAudience),
      traces: traces(read),
    };
    if (isSet('DATABASE_URL') && !isSet('DATABASE_WORKER_URL')) {
      addProblem(
        'DATABASE_WORKER_URL',
        'is not set, though DATABASE_URL is.',
        'Set it to the login of the job queue: postgres://epic_worker:password@host:5432/database.',
      );
    }
    if (isSet('DATABASE_WORKER_URL') && !isSet('DATABASE_URL')) {
      addProblem(
        'DATABASE_URL',
        'is not set, though DATABASE_WORKER_URL is.',
        'Set it to the login of the API: postgres://epic_authenticator:password@host:5432/database.',
      );
    }
    if (isSet('DATABASE_READ_URL') && !isSet('DATABASE_URL')) {
      addProblem(
        'DATABASE_READ_URL',
        'is set, though DATABASE_URL is not.',
        'Set DATABASE_URL to the primary, or leave it out: the embedded PostgreSQL has no standby.',
      );
    }
    if (!isSet('DATABASE_URL') && config.workers > mostWorkersOnEmbedded) {
      addProblem(
        'EPIC_WORKERS',
        `is ${config.workers}, and the embedded PostgreSQL has connections for ${mostWorkersOnEmbedded}.`,
        'Give a smaller number, or set DATABASE_URL to use a PostgreSQL server of your own.',
      );
    }
    if (isSet('DATABASE_URL') && !isSet('EPIC_JWT_KEYS')) {
      addProblem(
        'EPIC_JWT_KEYS',
        'is not set, though DATABASE_URL is.',
        'Set it to a file with the private keys that sign tokens; make one with: epic-server keys create FILE',
      );
    }
    if (isSet('EPIC_SMTP_URL') && !isSet('EPIC_MAIL_FROM')) {
      addProblem(
        'EPIC_MAIL_FROM',
        'is not set, though EPIC_SMTP_URL is.',
        'Set it to the sender of e-mails, such as Epic Events <crm@epic.example>.',
      );
    }
    return config;
  });
}

function mailHost(
  url: string | null,
  from: string | null,
  locale: string,
): ServerConfig['mailHost'] {
  return url === null || from === null ? null : { smtpUrl: url, from, locale };
}

function traces(read: Reader['read']): boolean {
  const endpoints = [
    read('OTEL_EXPORTER_OTLP_ENDPOINT', null, otlpEndpoint),
    read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', null, otlpEndpoint),
  ];
  read('OTEL_EXPORTER_OTLP_PROTOCOL', null, otlpProtocol);
  read('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', null, otlpProtocol);
  const isDisabled = read('OTEL_SDK_DISABLED', false, trueOrFalse);
  return !isDisabled && endpoints.some((endpoint) => endpoint !== null);
}

const issuer = (read: Reader['read']) => read('EPIC_ISSUER', 'epic-server', (text) => text);

/** Reads which server a service account is created for: the `aud` of its assertions. */
export function readServiceConfig(environment: Environment): { audience: string } {
  return readConfig(environment, ({ read }) => ({ audience: issuer(read) }));
}

/** The configuration of `migrate`, `employee`, `service` and `policies`. */
export type AdminConfig = {
  /** Null for the embedded PostgreSQL in `dataFolder`. */
  adminUrl: string | null;
  /** Absolute. */
  dataFolder: string;
};

/** Reads the configuration of the commands that administer the database. Throws one OperatorError. */
export function readAdminConfig(environment: Environment): AdminConfig {
  return readConfig(environment, ({ read, isSet, addProblem }) => {
    const config: AdminConfig = {
      adminUrl: read('DATABASE_ADMIN_URL', null, postgresUrl),
      dataFolder: read('EPIC_DATA', resolve('.epic'), (text) => resolve(text)),
    };
    if (isSet('DATABASE_URL') && !isSet('DATABASE_ADMIN_URL')) {
      addProblem(
        'DATABASE_ADMIN_URL',
        'is not set, though DATABASE_URL is.',
        'Set it to a login that may become epic_owner: the login of the API may not change the database.',
      );
    }
    return config;
  });
}

/** Reads where backups are made from. Throws an OperatorError. */
export function readBackupConfig(environment: Environment): { backupUrl: string } {
  return readConfig(environment, ({ read, isSet, addProblem }) => {
    const backupUrl = read('DATABASE_BACKUP_URL', '', postgresUrl);
    if (!isSet('DATABASE_BACKUP_URL')) {
      addProblem(
        'DATABASE_BACKUP_URL',
        'is not set.',
        'Set it to the login of backups: postgres://epic_backup:password@host:5432/database.',
      );
    }
    return { backupUrl };
  });
}
