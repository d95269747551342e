export type Kill = 'server' | 'postgres' | 'connections' | 'sockets' | 'sessions';

/** What happened during a run. */
export class Tally {
  /** Requests that reached a server, or may have. */
  requests = 0;
  /** Those that did not simply succeed, by code; LOST and CUT have none: see line.ts. */
  readonly errors = new Map<string, number>();
  /** Requests that had to be refused, and were. */
  rightlyRefused = 0;
  readonly kills: Record<Kill, number> = {
    server: 0,
    postgres: 0,
    connections: 0,
    sockets: 0,
    sessions: 0,
  };
  readonly recoveries: { kill: Kill; seconds: number }[] = [];
  /** A sentence for each wrong answer. */
  readonly wrongAnswers: string[] = [];
  /** Servers that ended by themselves, with what they said last. */
  readonly crashes: string[] = [];
  /** The first errors that nobody foresaw, from the servers' logs. */
  readonly unexpected: string[] = [];

  count(code: string): void {
    this.requests++;
    if (code !== 'OK') this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }
}
