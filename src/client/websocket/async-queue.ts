/** What has come and has not been taken yet. One reader. */
export interface AsyncQueue<Item> {
  put(item: Item): void;
  /** How many items wait. */
  readonly size: number;
  /** After what waits, there is no more. */
  end(): void;
  /** After what waits, there is this. */
  fail(reason: unknown): void;
  /** The items, as they come. `onEmpty` is called whenever all have been taken. */
  contents(onEmpty: () => void): AsyncGenerator<Item, void, undefined>;
}

export function createAsyncQueue<Item>(): AsyncQueue<Item> {
  const items: Item[] = [];
  let over: { reason?: unknown } | null = null;
  let wake = () => {};

  function finish(how: { reason?: unknown }): void {
    over ??= how;
    wake();
  }

  return {
    put(item) {
      if (over) return;
      items.push(item);
      wake();
    },
    get size() {
      return items.length;
    },
    end: () => finish({}),
    fail: (reason) => finish({ reason }),

    async *contents(onEmpty) {
      for (;;) {
        for (let item = items.shift(); item !== undefined; item = items.shift()) yield item;
        if (over) {
          if ('reason' in over) throw over.reason;
          return;
        }
        onEmpty();
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (over || items.length > 0) resolve();
        });
      }
    },
  };
}
