import { resolve } from 'node:path';
import { OperatorError } from './errors.ts';

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
};

/** What the commands that prepare the database need to know. */
export type AdminConfig = {
  /** Null for the embedded PostgreSQL in `dataFolder`. */
  adminUrl: string | null;
  /** Absolute. */
  dataFolder: string;
};

export type LogLevel = (typeof logLevels)[number];

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

type Environment = Readonly<Record<string, string | undefined>>;

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

/** Reads the configuration of `migrate` and `employee create`. Throws one OperatorError. */
export function readAdminConfig(environment: Environment): AdminConfig {
  return reading(environment, ({ read, complain }) => {
    const config: AdminConfig = {
      adminUrl: read('DATABASE_ADMIN_URL', null, postgresUrl),
      dataFolder: read('EPIC_DATA', resolve('.epic'), (text) => resolve(text)),
    };
    if (environment.DATABASE_URL && !environment.DATABASE_ADMIN_URL) {
      complain(
        'DATABASE_ADMIN_URL',
        'is not set, though DATABASE_URL is.',
        'Set it to a login that may become epic_owner: the login of the API may not change the database.',
      );
    }
    return config;
  });
}

/** What a parser throws when a value cannot be used. */
class Unusable extends Error {
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    super(problem);
    this.remedy = remedy;
  }
}

type Reader = {
  /** The parsed value of a variable, or `fallback` when it is not set or empty. */
  read<Value, Fallback>(
    name: string,
    fallback: Fallback,
    parse: (text: string) => Value,
  ): Value | Fallback;
  complain(name: string, problem: string, remedy: string): void;
};

function reading<Config>(environment: Environment, build: (reader: Reader) => Config): Config {
  const problems: string[] = [];
  const complain: Reader['complain'] = (name, problem, remedy) => {
    problems.push(`${name} ${problem}\n  ${remedy}`);
  };
  const config = build({
    complain,
    read(name, fallback, parse) {
      const text = environment[name];
      if (text === undefined || text === '') return fallback;
      try {
        return parse(text);
      } catch (error) {
        if (!(error instanceof Unusable)) throw error;
        complain(name, error.message, error.remedy);
        return fallback;
      }
    },
  });
  if (problems.length > 0) {
    throw new OperatorError(
      problems.length === 1
        ? `The configuration cannot be used: ${problems[0]}`
        : `The configuration cannot be used, for ${problems.length} reasons.\n\n${problems.join('\n\n')}`,
    );
  }
  return config;
}

// The parsers never quote a value that can hold a password.

function postgresUrl(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') {
    throw new Unusable(
      'is not a PostgreSQL address.',
      'It looks like postgres://user:password@host:5432/database.',
    );
  }
  return text;
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) {
    throw new Unusable(`is "${text}", which is not a port.`, 'Give a number from 0 to 65535.');
  }
  return value;
}

function sentryDsn(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username === '') {
    throw new Unusable(
      'is not a Sentry DSN.',
      'It looks like https://key@host/project; leave it out to switch Sentry off.',
    );
  }
  return text;
}

function logLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text);
  if (level === undefined) {
    throw new Unusable(`is "${text}", which is not a log level.`, `Use ${logLevels.join(', ')}.`);
  }
  return level;
}
