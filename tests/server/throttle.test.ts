import { createThrottle, hashPresentedPassword } from '../../src/server/identity/passwords.ts';

/** Work that lasts until it is told to end. */
function lasting() {
  let end: (error?: Error) => void = () => {};
  const over = new Promise<void>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve());
  });
  const state = { begun: false };
  const work = async () => {
    state.begun = true;
    await over;
  };
  return { work, end: (error?: Error) => end(error), state };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a throttle', () => {
  test('a throttle runs a few tasks at a time, in the order in which they came', async () => {
    const throttled = createThrottle({ concurrency: 2, maxQueued: 2 });
    const [a, b, c, d] = [lasting(), lasting(), lasting(), lasting()];
    const done = [a, b, c, d].map(({ work }) => throttled(work));
    const begun = () => [a, b, c, d].map(({ state }) => state.begun);

    await settled();
    expect(begun()).toEqual([true, true, false, false]);
    b.end();
    await settled();
    expect(begun()).toEqual([true, true, true, false]);
    a.end();
    await settled();
    expect(begun()).toEqual([true, true, true, true]);
    c.end();
    d.end();
    await Promise.all(done);
  });

  test('a task that finds a full queue is refused, and not begun', async () => {
    const throttled = createThrottle({ concurrency: 1, maxQueued: 1 });
    const [a, b, c] = [lasting(), lasting(), lasting()];
    const done = [throttled(a.work), throttled(b.work)];
    await expect(throttled(c.work)).rejects.toMatchObject({
      message: 'Too many people are logging in at this moment.',
      code: 'UNAVAILABLE',
      details: { kind: 'busy', hint: 'Try again in a few seconds.', retryAfter: 5 },
    });
    expect(c.state.begun).toBe(false);
    a.end();
    b.end();
    await Promise.all(done);
    await throttled(async () => {});
  });

  test('a task that fails releases its place', async () => {
    const throttled = createThrottle({ concurrency: 1, maxQueued: 1 });
    const [a, b] = [lasting(), lasting()];
    const failing = throttled(a.work);
    const next = throttled(b.work);
    a.end(new Error('no'));
    await expect(failing).rejects.toThrow('no');
    await settled();
    expect(b.state.begun).toBe(true);
    b.end();
    await next;
  });

  test('password hashing is bounded: a flood of logins takes limited memory', async () => {
    const flood = Array.from({ length: 200 }, () => hashPresentedPassword('a password', null));
    const results = await Promise.allSettled(flood);
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(137);
    expect(refused[0]).toMatchObject({ reason: { code: 'UNAVAILABLE' } });
  });
});
