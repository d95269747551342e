import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BlockList } from 'node:net';

/**
 * Whether a request comes straight from a program on this machine: over the loopback address, addressed to it, and
 * not through a proxy, as far as it says so. A page of elsewhere whose name was made to lead here is not addressed so.
 */
export function isDirect(request: {
  socket: Pick<IncomingMessage['socket'], 'remoteAddress'>;
  headers: IncomingHttpHeaders;
}): boolean {
  const { socket, headers } = request;
  return (
    isLoopback(socket.remoteAddress ?? '') &&
    isLoopbackName(headers.host ?? '') &&
    !Object.keys(headers).some((name) => /^(forwarded|via|x-forwarded-.*|x-real-ip)$/.test(name))
  );
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function isLoopback(address: string): boolean {
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  return address !== '' && loopback.check(address, family);
}

function isLoopbackName(host: string): boolean {
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return hostname === 'localhost' || isLoopback(hostname.replace(/^\[|\]$/g, ''));
}
