import { usageError } from '../errors.ts';

const standard = 'http://127.0.0.1:4000';

/** The address to talk to, as typed or remembered: an http(s) URL without a trailing slash. */
export function serverAddress(choices: {
  flag: string | undefined;
  environment: string | undefined;
  remembered: string | null;
}): string {
  const source = choices.flag ? '--server' : 'EPIC_SERVER';
  const typed = choices.flag || choices.environment;
  if (!typed) return choices.remembered ?? standard;
  const url = URL.parse(typed.includes('://') ? typed : `http://${typed}`);
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password) {
    throw usageError(`${source}: “${typed}” is not an address.`, `Write it like ${standard}.`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
