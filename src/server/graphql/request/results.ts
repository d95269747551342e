/**
 * The results of `inner`, each taken by `take`, which calls `next` and may change what comes, or end it. Unlike an async
 * generator around another, it ends while it waits.
 */
export function taken<Result>(
  inner: AsyncGenerator<Result, void, void>,
  take: (
    next: () => Promise<IteratorResult<Result, void>>,
  ) => Promise<IteratorResult<Result, void>>,
): AsyncGenerator<Result, void, void> {
  const outer: AsyncGenerator<Result, void, void> = {
    next: () => take(() => inner.next()),
    return: (value) => inner.return(value),
    throw: (error) => inner.throw(error),
    [Symbol.asyncIterator]: () => outer,
    async [Symbol.asyncDispose]() {
      await inner.return();
    },
  };
  return outer;
}
