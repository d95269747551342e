import { Unusable } from './read.ts';

// What the text of a variable means. Each throws Unusable.

export function postgresUrl(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') {
    throw new Unusable(
      'is not a PostgreSQL address.',
      'It looks like postgres://user:password@host:5432/database.',
    );
  }
  return text;
}

export function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) {
    throw new Unusable(`is "${text}", which is not a port.`, 'Give a number from 0 to 65535.');
  }
  return value;
}

export function sentryDsn(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username === '') {
    throw new Unusable(
      'is not a Sentry DSN.',
      'It looks like https://key@host/project; leave it out to switch Sentry off.',
    );
  }
  return text;
}

export type LogLevel = (typeof logLevels)[number];

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export function logLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text);
  if (level === undefined) {
    throw new Unusable(`is "${text}", which is not a log level.`, `Use ${logLevels.join(', ')}.`);
  }
  return level;
}

export type MetricsAudience = (typeof metricsAudiences)[number];

const metricsAudiences = ['off', 'local', 'on'] as const;

export function metricsAudience(text: string): MetricsAudience {
  const audience = metricsAudiences.find((known) => known === text);
  if (audience === undefined) {
    throw new Unusable(
      `is "${text}", which is not one of its values.`,
      'Use off, local (only programs on this machine read /metrics), or on (everybody who reaches the server).',
    );
  }
  return audience;
}
