export type Kill =
  | 'server'
  | 'postgres'
  | 'connections'
  | 'sockets'
  | 'sessions'
  | 'primary'
  | 'switchover'
  | 'freeze';

/** The counts of a run. */
export class Counts {
  /** Requests that reached a server, or may have. */
  requests = 0;
  /** Requests that did not succeed, by code; LOST and CUT are set in http.ts. */
  readonly errors = new Map<string, number>();
  /** Requests that had to be refused and were. */
  expectedRefusals = 0;
  readonly kills: Record<Kill, number> = {
    server: 0,
    postgres: 0,
    connections: 0,
    sockets: 0,
    sessions: 0,
    primary: 0,
    switchover: 0,
    freeze: 0,
  };
  /** After how many seconds the servers answered again, and how long a person waited at most. */
  readonly recoveries: { kill: Kill; seconds: number; longestWait: number }[] = [];
  /** A sentence for each wrong answer. */
  readonly wrongAnswers: string[] = [];
  /** Servers that exited by themselves, with their last output. */
  readonly crashes: string[] = [];
  /** The first unexpected errors in the servers' logs. */
  readonly unexpected: string[] = [];

  count(code: string): void {
    this.requests++;
    if (code !== 'OK') this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }
}
