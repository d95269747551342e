/** What one client may take of the server over WebSockets. Times are in ms. */
export type LiveLimits = {
  /** For connection_init to arrive. */
  initTimeout: number;
  /** Between pings; a client that does not answer one before the next is gone. */
  pingInterval: number;
  /** For a client to close when it is told to. */
  farewell: number;
  /** Bytes of one message. */
  messageBytes: number;
  /** Bytes that wait to be sent to a client that does not read; with more it is cut off. */
  unreadBytes: number;
  sockets: number;
  socketsOfEmployee: number;
  subscriptionsOfSocket: number;
  /** Readings of the database at a time; the pool has ten connections. */
  readings: number;
};

export const liveLimits: LiveLimits = {
  initTimeout: 10_000,
  pingInterval: 15_000,
  farewell: 2_000,
  messageBytes: 65_536,
  unreadBytes: 8_388_608,
  sockets: 500,
  socketsOfEmployee: 20,
  subscriptionsOfSocket: 20,
  readings: 4,
};
