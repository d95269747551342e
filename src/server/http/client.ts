import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import proxyAddr from 'proxy-addr';

/** Where a request comes from; null once its connection is gone. */
export type ClientAddress = (request: IncomingMessage) => string | null;

/** The address of the connection or, where that is a trusted proxy, the one that it gives in `X-Forwarded-For`. */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const isTrusted = proxyAddr.compile([...trustedProxies]);
  return (request) => {
    const connected = request.socket.remoteAddress;
    if (connected === undefined) return null;
    const forwarded = proxyAddr(request, isTrusted);
    // without the zone of an IPv6 address: fe80::1%eth0
    return (isIP(forwarded) ? forwarded : connected).replace(/%.*$/, '');
  };
}

/** The token of an `authorization` header; empty when there is none in it. */
export function bearerToken(authorization: string): string {
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
}

/**
 * Whether a request comes from a program on this machine and through no proxy. The host must be a loopback name too,
 * against DNS rebinding.
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
