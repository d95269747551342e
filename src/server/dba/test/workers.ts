/**
 * Does the work on every item, several at a time. When one fails, or all are interrupted, the others end what they
 * have begun and begin nothing more, so that nobody works any longer when the error arrives.
 */
export async function workTogether<Item>(
  items: readonly Item[],
  jobs: number,
  interrupted: AbortSignal,
  work: (item: Item, nth: number) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const worker = async (nth: number) => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      interrupted.throwIfAborted();
      await work(item, nth);
    }
  };
  const workers = Array.from({ length: jobs }, (_, nth) =>
    worker(nth).catch((error) => {
      waiting.length = 0;
      throw error;
    }),
  );
  const failed = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
