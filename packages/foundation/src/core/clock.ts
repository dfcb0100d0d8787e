/** Time as a dependency: only this file touches the machine's clock, so that tests move time instead of waiting. */

/** A started timer. */
export interface Timer {
  /** Stops it; without effect once it has fired. */
  cancel(): void;
  /** Whether the process stays alive for it. From the start it does: somebody waits. */
  keepAlive(on: boolean): void;
}

/** What every part of MABEAM asks for time. */
export interface Clock {
  /** Milliseconds since the epoch: for time stamps. */
  now(): number;
  /** Milliseconds from an arbitrary start, never going back: for durations and deadlines. */
  monotonic(): number;
  /** Calls `callback` once, `delayMs` from now. */
  after(delayMs: number, callback: () => void): Timer;
}

// Longer delays overflow `setTimeout`, which would then fire at once.
const longestDelayMs = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), longestDelayMs));
    return {
      cancel: () => clearTimeout(timer),
      keepAlive: (on) => void (on ? timer.ref() : timer.unref()),
    };
  },
};

/** Lets timers and I/O run before `callback` does. Not time, so not injected: it is how long work stays polite. */
export function yieldToLoop(callback: () => void): void {
  setImmediate(callback);
}

/** Resolves `delayMs` from now, or as soon as `signal` fires; then no timer is left behind. */
export function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      timer.cancel();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = clock.after(signal?.aborted === true ? 0 : delayMs, end);
    signal?.addEventListener("abort", end, { once: true });
  });
}

/**
 * For loops that may not wait for anything by themselves: `await` what this gives between two pieces of work, and every
 * `everyMs` milliseconds timers, I/O and abort signals get their turn. Gives `undefined` while it is not yet time.
 */
export function breather(clock: Clock = systemClock, everyMs = 10): () => Promise<void> | undefined {
  let last = clock.monotonic();
  return () => {
    if (clock.monotonic() - last < everyMs) return undefined;
    return new Promise((resolve) => {
      yieldToLoop(() => {
        last = clock.monotonic();
        resolve();
      });
    });
  };
}
