import proxyAddr from 'proxy-addr';
import { splitHosts } from './hosts.ts';
import { InvalidValue } from './read.ts';

// Parsers of variables. Each throws InvalidValue.

export function postgresUrl(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') {
    throw new InvalidValue(
      'is not a PostgreSQL address.',
      'It looks like postgres://user:password@host:5432/database.',
    );
  }
  return text;
}

/** The address of several hosts, as libpq takes it, of which the one is used that takes changes. */
export function postgresHosts(text: string): string {
  const [address] = splitHosts(text) ?? [];
  if (address === undefined) return postgresUrl(text);
  const wanted = /[?&]target_session_attrs=([^&]*)/.exec(text)?.[1] ?? 'read-write';
  if (wanted !== 'read-write' && wanted !== 'primary') {
    throw new InvalidValue(
      `asks for a host by target_session_attrs=${wanted}, and the server writes.`,
      'Use read-write, or leave it out: the host that takes changes is found.',
    );
  }
  postgresUrl(address);
  return text;
}

/** The address of several hosts, of which the first is used that answers. */
export function postgresStandbys(text: string): string {
  const [address] = splitHosts(text) ?? [];
  postgresUrl(address ?? text);
  return text;
}

export const port = (text: string) => wholeNumber(text, 'a port', 0, 65_535);

export const workers = (text: string) =>
  wholeNumber(text, 'a number of processes', 1, 64, 'at most as many as the machine has cores');

export const poolSize = (text: string) => wholeNumber(text, 'a number of connections', 1, 100);

/** Seconds, as ms. */
export const drain = (text: string) =>
  1_000 *
  wholeNumber(text, 'a number of seconds', 0, 300, 'as long as the load balancer takes to notice');

function wholeNumber(
  text: string,
  what: string,
  least: number,
  most: number,
  advice?: string,
): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    const range = `Give a number from ${least} to ${most}`;
    throw new InvalidValue(
      `is "${text}", which is not ${what}.`,
      advice === undefined ? `${range}.` : `${range}: ${advice}.`,
    );
  }
  return value;
}

export function sentryDsn(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username === '') {
    throw new InvalidValue(
      'is not a Sentry DSN.',
      'It looks like https://key@host/project; leave it out to switch Sentry off.',
    );
  }
  return text;
}

/** Where OpenTelemetry sends to, over HTTP. */
export function otlpEndpoint(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidValue(
      'is not an address to send traces to.',
      'It looks like http://localhost:4318; leave it out to send none.',
    );
  }
  return text;
}

export function otlpProtocol(text: string): string {
  if (text !== 'http/protobuf') {
    throw new InvalidValue(
      `is "${text}", and traces are sent as http/protobuf.`,
      'Leave it out, and name the port of the collector for OTLP over HTTP, which is usually 4318.',
    );
  }
  return text;
}

export const trueOrFalse = (text: string) => text.toLowerCase() === 'true';

export function onOrOff(text: string): boolean {
  if (text !== 'on' && text !== 'off') {
    throw new InvalidValue(`is "${text}", which is neither on nor off.`, 'Use on or off.');
  }
  return text === 'on';
}

export function trustedProxies(text: string): string[] {
  const proxies = text.split(',').map((proxy) => proxy.trim());
  try {
    proxyAddr.compile(proxies);
  } catch {
    throw new InvalidValue(
      `is "${text}", which is not a list of addresses.`,
      'Separate them with commas; networks like 10.0.0.0/8 are possible, and so are loopback, linklocal and uniquelocal.',
    );
  }
  return proxies;
}

export function smtpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
    throw new InvalidValue(
      'is not the address of a mail host.',
      'It looks like smtp://user:password@host:587, or smtps:// for TLS from the start; leave it out to send no e-mail.',
    );
  }
  return text;
}

export function mailSender(text: string): string {
  if (!/^(?:[^<>\r\n]+<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/.test(text)) {
    throw new InvalidValue(
      `is "${text}", which is not a sender.`,
      'It looks like crm@epic.example or Epic Events <crm@epic.example>.',
    );
  }
  return text;
}

/** A BCP 47 tag that this Node supports. */
export function locale(text: string): string {
  try {
    const [known] = Intl.DateTimeFormat.supportedLocalesOf(text);
    if (known !== undefined) return known;
  } catch {
    // malformed
  }
  throw new InvalidValue(`is "${text}", which is not a locale.`, 'It looks like en-GB or fr-FR.');
}

/** An IANA name. */
export function timeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidValue(
      `is "${text}", which is not a time zone.`,
      'It looks like Europe/Paris or UTC.',
    );
  }
}

export function environmentName(text: string): string {
  if (!/^[\w.-]{1,64}$/.test(text)) {
    throw new InvalidValue(
      `is "${text}", which is not a name for Sentry.`,
      'Use letters, digits, dots and hyphens: production, staging, …',
    );
  }
  return text;
}

export type LogLevel = (typeof logLevels)[number];

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export function logLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text);
  if (level === undefined) {
    throw new InvalidValue(
      `is "${text}", which is not a log level.`,
      `Use ${logLevels.join(', ')}.`,
    );
  }
  return level;
}

/** Origins as browsers send them, separated by commas: `https://crm.example.com`. */
export function origins(text: string): string[] {
  return text.split(',').map((each) => {
    const origin = each.trim();
    const url = URL.canParse(origin) ? new URL(origin) : null;
    if (url?.origin !== origin || !/^https?:$/.test(url.protocol)) {
      throw new InvalidValue(
        `names "${origin}", which is not an origin.`,
        'It looks like https://crm.example.com: no path, no slash at the end; commas between several.',
      );
    }
    return origin;
  });
}

export type MetricsAudience = (typeof metricsAudiences)[number];

const metricsAudiences = ['off', 'local', 'on'] as const;

export function metricsAudience(text: string): MetricsAudience {
  const audience = metricsAudiences.find((known) => known === text);
  if (audience === undefined) {
    throw new InvalidValue(
      `is "${text}", which is not one of its values.`,
      'Use off, local (only programs on this machine read /metrics), or on (everyone who reaches the server).',
    );
  }
  return audience;
}
