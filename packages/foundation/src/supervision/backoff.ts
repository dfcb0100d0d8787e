/** How long a restart waits, so that what keeps failing does not keep the processor busy. */
import type { Backoff } from "../agents/define.ts";

/** Restarts in a row that come at once when no backoff is given: the ordinary fault is over by then. */
const immediateRestarts = 10;
const longestDefaultMs = 1000;

/**
 * How long the `attempt`-th restart in a row waits, in milliseconds.
 *
 * With a backoff: `initialMs · factor^(attempt − 1)`, at most `maxMs`; also 0 then means one turn of the event loop.
 * Without: `undefined`, at once, for the first ten; then 1 ms, doubling up to 1,000. So a crash loop that is allowed any
 * number of restarts still leaves the process responsive.
 * @param attempt from 1
 */
export function restartDelayMs(backoff: Backoff | undefined, attempt: number): number | undefined {
  if (backoff !== undefined) {
    const { initialMs, factor = 2, maxMs = 30_000 } = backoff;
    // 0 · ∞ would be no number.
    return initialMs === 0 ? 0 : Math.min(maxMs, initialMs * factor ** (attempt - 1));
  }
  const late = attempt - immediateRestarts;
  return late <= 0 ? undefined : Math.min(longestDefaultMs, 2 ** (late - 1));
}

/** Counts the restarts in a row: a row ends when what was restarted has stayed up for longer than `withinMs`. */
export class Streak {
  #attempts = 0;
  #upSince = Infinity;

  /** @returns which restart in a row the one is that is due `now` */
  next(now: number, withinMs: number): number {
    this.#attempts = now - this.#upSince > withinMs ? 1 : this.#attempts + 1;
    this.#upSince = Infinity;
    return this.#attempts;
  }

  /** The restart has come up. */
  isUp(now: number): void {
    this.#upSince = now;
  }
}
