/** One moment to come, however far away: a timer of the machine fires early when it is set for more than 25 days. */
import type { Clock, Timer } from "../core/clock.ts";

export interface Alarm {
  /** Monotonic milliseconds. */
  readonly at: number;
  /** Without effect once it has rung. */
  cancel(): void;
}

/** Calls `ring` once, `delayMs` after `now`, in monotonic time, which is the present. */
export function alarm(clock: Clock, now: number, delayMs: number, ring: () => void): Alarm {
  const at = now + delayMs;
  const arm = (leftMs: number): Timer => clock.after(leftMs, check);
  const check = (): void => {
    const leftMs = at - clock.monotonic();
    // Timers may fire a fraction of a millisecond early.
    if (leftMs > 0.5) timer = arm(leftMs);
    else ring();
  };
  let timer = arm(delayMs);
  return { at, cancel: () => timer.cancel() };
}
