/** Asks that carry an id: however often one is repeated, its handler runs once, and everybody gets that run's reply. */
import type { Clock } from "../core/clock.ts";

/** One run of a handler. */
export interface Run {
  readonly reply: Promise<unknown>;
  /** Whether the handler has begun: a message that never reached it may be sent again. */
  begun(): boolean;
}

interface Remembered {
  readonly run: Run;
  readonly until: number;
  isOver: boolean;
}

// Older runs that are over are forgotten before their time.
const kept = 10_000;

export class Repeats {
  readonly #clock: Clock;
  readonly #runs = new Map<string, Remembered>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The reply of the run with this id if it began within `ttlMs` or is still under way; else that of a new run. */
  once(handler: string, id: string, ttlMs: number, start: () => Run): Promise<unknown> {
    const key = JSON.stringify([handler, id]);
    const known = this.#runs.get(key);
    if (known !== undefined && this.#counts(known)) return known.run.reply;
    const run = start();
    const entry: Remembered = { run, until: this.#clock.monotonic() + ttlMs, isOver: false };
    // Deleted first, so that the map stays in order of age.
    this.#runs.delete(key);
    this.#runs.set(key, entry);
    this.#forgetOldest();
    const over = (): void => {
      entry.isOver = true;
      if (!run.begun() && this.#runs.get(key) === entry) this.#runs.delete(key);
    };
    run.reply.then(over, over);
    return run.reply;
  }

  #counts({ until, isOver }: Remembered): boolean {
    return !isOver || this.#clock.monotonic() < until;
  }

  #forgetOldest(): void {
    for (const [key, entry] of this.#runs) {
      if (this.#counts(entry) && (this.#runs.size <= kept || !entry.isOver)) return;
      this.#runs.delete(key);
    }
  }
}
