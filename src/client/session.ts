/** A session: plain data, to be stored by the program. It is a credential: keep it secret. */
export interface Session {
  email: string;
  accessToken: string;
  /** When the access token ends: milliseconds since 1970. */
  expiresAt: number;
  /** Good for one refresh. Null where there is none: the session ends here with its access token. */
  refreshToken: string | null;
}

/** Where a client keeps its session. */
export interface SessionStore {
  load(): Promise<Session | undefined>;
  save(session: Session): Promise<void>;
  forget(): Promise<void>;
  /**
   * Runs `work` exclusively among all that share the session. Without it two refreshes at once
   * would use one refresh token twice, which looks stolen and ends the session.
   */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Keeps a session for as long as the program runs. */
export function memoryStore(session?: Session): SessionStore {
  let kept = session;
  let last: Promise<unknown> = Promise.resolve();
  return {
    load: async () => kept,
    save: async (next) => {
      kept = next;
    },
    forget: async () => {
      kept = undefined;
    },
    exclusively(work) {
      const mine = last.then(work);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
