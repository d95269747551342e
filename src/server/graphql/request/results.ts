/** Maps the results of a generator: `map` calls `next`. Unlike an async generator, it can be ended while it waits. */
export function mapResults<Result>(
  inner: AsyncGenerator<Result, void, void>,
  map: (next: () => Promise<IteratorResult<Result, void>>) => Promise<IteratorResult<Result, void>>,
): AsyncGenerator<Result, void, void> {
  const outer: AsyncGenerator<Result, void, void> = {
    next: () => map(() => inner.next()),
    return: (value) => inner.return(value),
    throw: (error) => inner.throw(error),
    [Symbol.asyncIterator]: () => outer,
    async [Symbol.asyncDispose]() {
      await inner.return();
    },
  };
  return outer;
}
