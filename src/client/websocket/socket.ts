import { createClient, type Client as Socket } from 'graphql-ws/client';
import { EpicError } from '../errors.ts';
import { isObject } from '../is-object.ts';
import { problemOfClosing } from './closing.ts';

/** How long until it connects again, in milliseconds: at first, and at most. */
const patience = { least: 500, most: 30_000 };
/** How often to ask whether the server is still there, and how long it may take to answer, in milliseconds. */
const heartbeat = { every: 15_000, answersWithin: 10_000 };

/** A socket that connects when it is needed, and again whenever the connection is lost. */
export interface LastingSocket extends Pick<Socket, 'subscribe'> {
  /** Does not wait for another attempt to connect: nobody needs it any more. */
  rest(): void;
}

/** The socket of a server. `accessToken` is asked whenever it connects; `unlike` is a token that was refused. */
export function createLastingSocket(options: {
  url: string;
  accessToken(unlike?: string): Promise<string>;
  /** The connection was lost, other than by the end of its token. */
  onLost?: (() => void) | undefined;
  /** It is there again. */
  onBack?: (() => void) | undefined;
}): LastingSocket {
  let usedToken: string | undefined;
  let refusedToken: string | undefined;
  let wasTaken = false;
  let isExpected = false;
  let isLost = false;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let rest = () => {};

  const socket = createClient({
    url: `${options.url.replace(/^http/, 'ws').replace(/\/+$/, '')}/graphql`,
    async connectionParams() {
      usedToken = await options.accessToken(refusedToken);
      return { authorization: `Bearer ${usedToken}` };
    },
    connectionAckWaitTimeout: heartbeat.answersWithin,
    keepAlive: heartbeat.every,
    retryAttempts: Number.POSITIVE_INFINITY,
    async retryWait(attempt) {
      // A socket ends with its token: that is no trouble of the server's.
      if (isExpected) return;
      const wait = Math.min(patience.least * 2 ** attempt, patience.most);
      await new Promise<void>((resolve) => {
        // Not everybody at the same moment, when a server comes back.
        const timer = setTimeout(resolve, wait * (0.5 + Math.random() / 2));
        rest = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
    // Not asked about what the protocol calls final. Nor is there any use in coming back as nobody.
    shouldRetry: (error) => !(error instanceof EpicError) || error.code === 'UNAVAILABLE',
    on: {
      connected() {
        wasTaken = true;
        refusedToken = undefined;
        if (isLost) options.onBack?.();
        isLost = false;
      },
      closed(event) {
        clearTimeout(silence);
        const { code, kind } = problemOfClosing(event);
        const hasExpired = kind === 'token_expired';
        if (hasExpired) refusedToken = usedToken;
        isExpected = hasExpired && wasTaken;
        const isLoss = wasTaken && code === 'UNAVAILABLE' && !wasLeft(event);
        if (isLoss) options.onLost?.();
        isLost ||= isLoss;
        wasTaken = false;
      },
      ping(isTheirs) {
        if (!isTheirs) silence = setTimeout(() => socket.terminate(), heartbeat.answersWithin);
      },
      pong(isTheirs) {
        if (isTheirs) clearTimeout(silence);
      },
    },
  });

  return { subscribe: socket.subscribe, rest: () => rest() };
}

/** Closed by this side, because nobody needed it. */
const wasLeft = (event: unknown) => isObject(event) && event.code === 1000;
