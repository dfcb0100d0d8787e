/**
 * Many deadlines on few timers. Deadlines of one duration fall due in the order in which they were set, so each
 * duration has a linked list with one timer for its head: setting and clearing a deadline are O(1), and a million
 * asks with the default timeout share one timer.
 */
import { abortable } from "./abort.ts";
import { yieldToLoop, type Clock, type Timer } from "./clock.ts";

/** A deadline that has been set. */
export interface Deadline {
  /** Takes it back; without effect once it has passed. */
  clear(): void;
}

/**
 * What can fall due. Whatever has a deadline of its own extends this, and is then its own entry in the list: no
 * closure and no second object for each.
 */
export abstract class Due implements Deadline {
  /** In which list it waits, and beside whom; kept by the list. */
  lane: Lane | undefined = undefined;
  previous: Due | undefined = undefined;
  next: Due | undefined = undefined;
  dueAt = 0;

  /** Called once when the deadline passes. */
  abstract onDue(): void;

  clear(): void {
    this.lane?.remove(this);
  }
}

class Callback extends Due {
  readonly onDue: () => void;

  constructor(onDue: () => void) {
    super();
    this.onDue = onDue;
  }
}

/** The deadlines of one duration, oldest first. */
class Lane {
  readonly durationMs: number;
  #head: Due | undefined;
  #tail: Due | undefined;
  /** Set to the head's time, or to that of a head that has been cleared since. */
  #timer: Timer | undefined;
  /** Whether the timer keeps the process alive, and whether that is about to be looked at. */
  #isHeld = false;
  #isLookedAt = false;
  #isExpiring = false;
  readonly #clock: Clock;
  readonly #onEmpty: () => void;

  constructor(clock: Clock, durationMs: number, onEmpty: () => void) {
    this.#clock = clock;
    this.durationMs = durationMs;
    this.#onEmpty = onEmpty;
  }

  add(due: Due, now: number): void {
    due.lane = this;
    due.dueAt = now + this.durationMs;
    due.previous = this.#tail;
    if (this.#tail === undefined) this.#head = due;
    else this.#tail.next = due;
    this.#tail = due;
    // While others expire, the timer is set afterwards, for whoever is then the head.
    if (this.#isExpiring) return;
    if (this.#timer === undefined) this.#arm(this.durationMs);
    else if (!this.#isHeld) this.#hold(true);
  }

  remove(due: Due): void {
    due.lane = undefined;
    if (due.previous === undefined) this.#head = due.next;
    else due.previous.next = due.next;
    if (due.next === undefined) this.#tail = due.previous;
    else due.next.previous = due.previous;
    due.previous = undefined;
    due.next = undefined;
    if (this.#head === undefined && !this.#isLookedAt) this.#letGoSoon();
  }

  /**
   * An empty lane keeps its timer, since the next deadline comes soon, but does not hold the process for it. Not at
   * once: a lane that empties and fills a million times a second would spend its time on that.
   */
  #letGoSoon(): void {
    this.#isLookedAt = true;
    yieldToLoop(() => {
      this.#isLookedAt = false;
      if (this.#head === undefined && this.#isHeld) this.#hold(false);
    });
  }

  #hold(on: boolean): void {
    this.#isHeld = on;
    this.#timer?.keepAlive(on);
  }

  #arm(delayMs: number): void {
    this.#timer = this.#clock.after(delayMs, () => this.#expire());
    this.#isHeld = true;
  }

  #expire(): void {
    this.#timer = undefined;
    this.#isHeld = false;
    const now = this.#clock.monotonic();
    this.#isExpiring = true;
    // Timers may fire a fraction of a millisecond early.
    while (this.#head !== undefined && this.#head.dueAt <= now + 0.5) {
      const passed = this.#head;
      this.remove(passed);
      passed.onDue();
    }
    this.#isExpiring = false;
    if (this.#head === undefined) this.#onEmpty();
    else this.#arm(Math.max(1, this.#head.dueAt - now));
  }
}

/** Sets deadlines against one clock. */
export class Deadlines {
  readonly #lanes = new Map<number, Lane>();
  /** Most deadlines have the same duration as the one before. */
  #last: Lane | undefined;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `onPassed` once `durationMs` from now, unless cleared. */
  set(durationMs: number, onPassed: () => void): Deadline {
    const due = new Callback(onPassed);
    this.add(due, durationMs, this.#clock.monotonic());
    return due;
  }

  /** As {@link set}, for what carries its deadline itself. @param now monotonic milliseconds */
  add(due: Due, durationMs: number, now: number): void {
    if (this.#last === undefined || this.#last.durationMs !== durationMs) this.#last = this.#lane(durationMs);
    this.#last.add(due, now);
  }

  #lane(durationMs: number): Lane {
    const known = this.#lanes.get(durationMs);
    if (known !== undefined) return known;
    const lane: Lane = new Lane(this.#clock, durationMs, () => {
      this.#lanes.delete(durationMs);
      if (this.#last === lane) this.#last = undefined;
    });
    this.#lanes.set(durationMs, lane);
    return lane;
  }

  /**
   * `work`, unless it takes longer than `durationMs`: then a rejection with what `late` says; or `signal` fires: then
   * `ABORTED`. The work itself is not stopped.
   */
  within<T>(durationMs: number, late: () => Error, work: Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const deadline = this.set(durationMs, () => reject(late()));
      abortable(work, signal)
        .then(resolve, reject)
        .finally(() => deadline.clear());
    });
  }
}
