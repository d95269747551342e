/** Tells those who wait that something may have happened, by the name of what. What it was, they look up. */
export type Bells = {
  /** Calls `ring` whenever that bell rings, until the function that it gives is called. */
  attach(name: string, ring: () => void): () => void;
  ring(name: string): void;
  /** For when it is not known what happened. */
  ringAll(): void;
};

export function createBells(): Bells {
  const attached = new Map<string, Set<() => void>>();

  return {
    attach(name, ring) {
      const others = attached.get(name) ?? new Set();
      attached.set(name, others.add(ring));
      return () => {
        others.delete(ring);
        if (others.size === 0 && attached.get(name) === others) attached.delete(name);
      };
    },
    ring(name) {
      for (const ring of attached.get(name) ?? []) ring();
    },
    ringAll() {
      for (const [name] of attached) this.ring(name);
    },
  };
}
