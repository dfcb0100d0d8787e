/**
 * Whose turn it is. Agents that have messages stand in one line; each handles a few and goes to the end of it, so that
 * a flooded agent delays the others by a few messages, not by its flood. The line is worked off in microtasks, as a
 * promise chain would be; after a while timers and I/O are let in.
 */
import { yieldToLoop, type Clock } from "../core/clock.ts";
import type { Deadlines } from "../core/deadlines.ts";
import { Queue } from "../core/queue.ts";
import type { Message } from "./message.ts";

/** Somebody with messages to handle. */
export interface Runnable {
  /** Handles at most `quantum` messages, and says how many it handled. It never throws. */
  run(quantum: number): number;
}

/** Who is next when several are ready: an index below `ready`. For tests that try many interleavings. */
export interface Scheduling {
  next(ready: number): number;
}

// How many messages an agent handles before the next one's turn.
const quantum = 64;
// After so many messages, or so many milliseconds, timers and I/O are let in.
const drainBudget = 512;
const drainMs = 2;
const settled = Promise.resolve();

export class Scheduler {
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #scheduling: Scheduling | undefined;
  readonly #onBurst: () => void;
  readonly #ready = new Queue<Runnable>();
  /** Asks whose time begins when this drain ends. */
  readonly #posted: (Message | undefined)[] = [];
  #postedCount = 0;
  #isScheduled = false;
  /** Messages handled since timers and I/O were let in. */
  #sinceYield = 0;
  /** When a message was first timed since then. */
  #burstAt: number | undefined;

  /** @param onBurst called before the first message after a pause */
  constructor(clock: Clock, deadlines: Deadlines, onBurst: () => void, scheduling?: Scheduling) {
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#onBurst = onBurst;
    this.#scheduling = scheduling;
  }

  /** Stands `runnable` in line. */
  ready(runnable: Runnable): void {
    this.#ready.push(runnable);
    if (!this.#isScheduled) this.#schedule();
  }

  /**
   * Gives an ask its deadline when the present burst is over. Most asks are answered before, and then none was needed:
   * the clock is read once for all the others.
   */
  limit(ask: Message): void {
    this.#posted[this.#postedCount++] = ask;
    if (!this.#isScheduled) this.#schedule();
  }

  /** Told by who has just looked at the clock, so that slow handlers let timers in after a few messages. */
  passed(now: number): void {
    if (this.#burstAt === undefined) this.#burstAt = now;
    else if (now - this.#burstAt > drainMs) this.#sinceYield = drainBudget;
  }

  #schedule(): void {
    this.#isScheduled = true;
    this.#onBurst();
    // Not queueMicrotask, which in Node makes an async resource each time and costs twice as much.
    if (this.#sinceYield < drainBudget) void settled.then(this.#drain);
    else yieldToLoop(this.#drainAnew);
  }

  readonly #drainAnew = (): void => {
    this.#sinceYield = 0;
    this.#burstAt = undefined;
    this.#drain();
  };

  readonly #drain = (): void => {
    if (this.#scheduling === undefined) {
      while (this.#sinceYield < drainBudget) {
        const runnable = this.#ready.shift();
        if (runnable === undefined) break;
        // Somebody who can do nothing now counts too: the line must end.
        this.#sinceYield += runnable.run(quantum) || 1;
      }
    } else this.#drainOne(this.#scheduling);
    if (this.#postedCount > 0) this.#limitPosted();
    this.#isScheduled = false;
    if (this.#ready.size > 0) this.#schedule();
  };

  /** One message of one agent that somebody else chooses. */
  #drainOne({ next }: Scheduling): void {
    const ready = this.#ready.drain();
    const [chosen] = ready.length === 0 ? [] : ready.splice(next(ready.length), 1);
    for (const runnable of ready) this.#ready.push(runnable);
    this.#sinceYield += chosen?.run(1) || 1;
  }

  #limitPosted(): void {
    let now: number | undefined;
    for (let index = 0; index < this.#postedCount; index++) {
      const ask = this.#posted[index];
      this.#posted[index] = undefined;
      if (ask === undefined || ask.isSettled) continue;
      now ??= this.#clock.monotonic();
      this.#deadlines.add(ask, ask.timeoutMs, now);
    }
    this.#postedCount = 0;
    // The room is kept: the next burst is about as large. That of a huge one is not.
    if (this.#posted.length > 4 * drainBudget) this.#posted.length = 0;
  }
}
