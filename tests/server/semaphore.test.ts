import { createTurns } from '../../src/server/identity/login-throttle.ts';
import { hashPresentedPassword } from '../../src/server/identity/passwords.ts';

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

describe('a semaphore', () => {
  test('a semaphore runs a few tasks at a time, in the order in which they came', async () => {
    const inTurn = createTurns({ atOnce: 2, waiting: 2 });
    const [a, b, c, d] = [lasting(), lasting(), lasting(), lasting()];
    const done = [a, b, c, d].map(({ work }) => inTurn(work));
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
    const inTurn = createTurns({ atOnce: 1, waiting: 1 });
    const [a, b, c] = [lasting(), lasting(), lasting()];
    const done = [inTurn(a.work), inTurn(b.work)];
    await expect(inTurn(c.work)).rejects.toMatchObject({
      message: 'Too many people are logging in at this moment.',
      code: 'UNAVAILABLE',
      details: { kind: 'busy', hint: 'Try again in a few seconds.', retryAfter: 5 },
    });
    expect(c.state.begun).toBe(false);
    a.end();
    b.end();
    await Promise.all(done);
    await inTurn(async () => {});
  });

  test('a task that fails releases its place', async () => {
    const inTurn = createTurns({ atOnce: 1, waiting: 1 });
    const [a, b] = [lasting(), lasting()];
    const failing = inTurn(a.work);
    const next = inTurn(b.work);
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
