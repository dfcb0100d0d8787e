/** A clock that a test moves by hand: nothing waits, and the same test takes the same course every time. */
import type { Clock, Timer } from "../core/clock.ts";

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  /**
   * Moves time on by `ms`, firing timers in order. Between two timers, and at the end, everything that can run without
   * time passing runs.
   */
  advance(ms: number): Promise<void>;
  /** Lets everything run that can run without time passing. */
  settle(): Promise<void>;
}

interface Pending {
  at: number;
  order: number;
  callback: () => void;
}

/**
 * Makes a clock that a test moves.
 * @param startAt milliseconds since the epoch; default 2026-01-01
 */
export function testClock(startAt: number = Date.UTC(2026, 0, 1)): TestClock {
  let now = 0;
  let started = 0;
  const pending = new Set<Pending>();

  // Turns of the event loop, because promise chains of any length end within one.
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const dueBefore = (until: number): Pending | undefined =>
    [...pending].filter((timer) => timer.at <= until).toSorted((a, b) => a.at - b.at || a.order - b.order)[0];

  return {
    now: () => startAt + now,
    monotonic: () => now,
    after: (delayMs, callback): Timer => {
      const timer: Pending = { at: now + Math.max(0, delayMs), order: started++, callback };
      pending.add(timer);
      return { cancel: () => void pending.delete(timer), keepAlive: () => {} };
    },
    settle,
    advance: async (ms) => {
      const until = now + ms;
      await settle();
      for (let timer = dueBefore(until); timer !== undefined; timer = dueBefore(until)) {
        now = Math.max(now, timer.at);
        pending.delete(timer);
        timer.callback();
        await settle();
      }
      now = until;
      await settle();
    },
  };
}
