/**
 * Many deadlines on few timers. Deadlines of one duration fall due in the order in which they were set, so each
 * duration has a linked list with one timer for its head: setting and clearing a deadline are O(1), and a million
 * asks with the default timeout share one timer.
 */
import { abortable } from "./abort.ts";
import type { Clock, Timer } from "./clock.ts";

/** A deadline that has been set. */
export interface Deadline {
  /** Takes it back; without effect once it has passed. */
  clear(): void;
}

class Entry implements Deadline {
  previous: Entry | undefined;
  next: Entry | undefined;
  readonly dueAt: number;
  readonly onPassed: () => void;
  readonly #lane: Lane;

  constructor(lane: Lane, dueAt: number, onPassed: () => void) {
    this.#lane = lane;
    this.dueAt = dueAt;
    this.onPassed = onPassed;
  }

  clear(): void {
    this.#lane.remove(this);
  }
}

/** The deadlines of one duration, oldest first. */
class Lane {
  #head: Entry | undefined;
  #tail: Entry | undefined;
  /** Set to the head's time, or to that of a head that has been cleared since. */
  #timer: Timer | undefined;
  readonly #clock: Clock;
  readonly #durationMs: number;
  readonly #onEmpty: () => void;

  constructor(clock: Clock, durationMs: number, onEmpty: () => void) {
    this.#clock = clock;
    this.#durationMs = durationMs;
    this.#onEmpty = onEmpty;
  }

  add(onPassed: () => void): Entry {
    const entry = new Entry(this, this.#clock.monotonic() + this.#durationMs, onPassed);
    entry.previous = this.#tail;
    if (this.#tail === undefined) this.#head = entry;
    else this.#tail.next = entry;
    this.#tail = entry;
    if (this.#timer === undefined) this.#arm(this.#durationMs);
    // An empty lane keeps its timer, since the next deadline comes soon, but does not hold the process for it.
    else if (this.#head === entry) this.#timer.keepAlive(true);
    return entry;
  }

  remove(entry: Entry): void {
    // An entry without neighbours that is not the head has been removed before.
    if (entry.previous === undefined && this.#head !== entry) return;
    if (entry.previous === undefined) this.#head = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) this.#tail = entry.previous;
    else entry.next.previous = entry.previous;
    entry.previous = undefined;
    entry.next = undefined;
    if (this.#head === undefined) this.#timer?.keepAlive(false);
  }

  #arm(delayMs: number): void {
    this.#timer = this.#clock.after(delayMs, () => this.#expire());
  }

  #expire(): void {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    // Timers may fire a fraction of a millisecond early.
    while (this.#head !== undefined && this.#head.dueAt <= now + 0.5) {
      const passed = this.#head;
      this.remove(passed);
      passed.onPassed();
    }
    if (this.#head === undefined) this.#onEmpty();
    else if (this.#timer === undefined) this.#arm(Math.max(1, this.#head.dueAt - now));
  }
}

/** Sets deadlines against one clock. */
export class Deadlines {
  readonly #lanes = new Map<number, Lane>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `onPassed` once `durationMs` from now, unless cleared. */
  set(durationMs: number, onPassed: () => void): Deadline {
    let lane = this.#lanes.get(durationMs);
    if (lane === undefined) {
      lane = new Lane(this.#clock, durationMs, () => this.#lanes.delete(durationMs));
      this.#lanes.set(durationMs, lane);
    }
    return lane.add(onPassed);
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
