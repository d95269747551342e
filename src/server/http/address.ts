import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddr from 'proxy-addr';

/** Where a request comes from; null when its connection is over already. */
export type ClientAddress = (request: IncomingMessage) => string | null;

/**
 * The network address of whoever makes a request: that of its connection or, when that is a trusted proxy, the one
 * that the proxy names in `X-Forwarded-For`. What anybody else writes there is not believed.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const isTrusted = proxyAddr.compile([...trustedProxies]);
  return (request) => {
    const connected = request.socket.remoteAddress;
    if (connected === undefined) return null;
    const named = proxyAddr(request, isTrusted);
    return withoutZone(isIP(named) ? named : connected);
  };
}

/** `fe80::1%eth0` is `fe80::1`, seen from the network card eth0. */
function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}
