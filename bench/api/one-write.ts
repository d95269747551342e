import type { PoolClient } from 'pg';

// The best transport that is known: entering the session and the statements are written at once, before one Sync. So they are
// one implicit transaction, which PostgreSQL commits at the Sync: what `identity.enter` sets lasts until then. pg lets a
// "submittable" write what it likes; these are the parts of its connection that are used here.

interface Wire {
  stream: { cork(): void; uncork(): void };
  parse(statement: { name: string; text: string }): void;
  bind(bound: { statement: string; values: unknown[] }): void;
  execute(options: object): void;
  sync(): void;
}

/** A statement that is prepared under a name. Its values are text, or bytes. */
export interface Statement {
  name: string;
  text: string;
  values: (string | Buffer)[];
}

const prepared = new WeakMap<Wire, Set<string>>();

/**
 * Runs the statements in one transaction, and gives the only value of the last row that they return, as text. Settles once
 * the transaction is committed. Rejects with the error of PostgreSQL.
 */
export function runTogether(client: PoolClient, statements: readonly Statement[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const ignore = () => {};
    client.query({
      submit(wire: Wire) {
        const names = prepared.get(wire) ?? new Set();
        prepared.set(wire, names);
        wire.stream.cork();
        for (const { name, text, values } of statements) {
          if (!names.has(name)) wire.parse({ name, text });
          names.add(name);
          wire.bind({ statement: name, values });
          wire.execute({});
        }
        wire.sync();
        wire.stream.uncork();
        return null;
      },
      handleDataRow({ fields }: { fields: string[] }) {
        text = fields[0] ?? '';
      },
      handleReadyForQuery: () => resolve(text),
      handleError: reject,
      handleRowDescription: ignore,
      handleCommandComplete: ignore,
      handleEmptyQuery: ignore,
    } as never);
  });
}
