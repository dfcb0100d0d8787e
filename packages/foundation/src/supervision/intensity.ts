/**
 * Restart intensity, after Erlang/OTP's supervisor: more than `maxRestarts` restarts within `withinMs`, and whoever
 * counts gives up. OTP stamps whole seconds, so that a window of one second may span two; here it is kept to the
 * millisecond, and a stamp exactly `withinMs` old still counts, as in OTP.
 */

/** How many restarts are too many. */
export interface Intensity {
  /** A whole number from 0. */
  readonly maxRestarts: number;
  /** The window in milliseconds, above 0. */
  readonly withinMs: number;
}

/** The restarts of late. Time is passed in. */
export class RestartWindow {
  readonly #intensity: Intensity;
  /** Ascending; only those from `#first` on are still in the window. Made with the first restart: most never have one. */
  #stamps: number[] | undefined;
  #first = 0;

  constructor(intensity: Intensity) {
    this.#intensity = intensity;
  }

  /**
   * Counts a restart.
   * @param now monotonic milliseconds, never less than before
   * @returns whether it is one too many
   */
  add(now: number): boolean {
    this.#forgetBefore(now - this.#intensity.withinMs);
    this.#stamps ??= [];
    this.#stamps.push(now);
    return this.#stamps.length - this.#first > this.#intensity.maxRestarts;
  }

  /** How many restarts the window that ends `now` holds. */
  count(now: number): number {
    this.#forgetBefore(now - this.#intensity.withinMs);
    return (this.#stamps?.length ?? 0) - this.#first;
  }

  clear(): void {
    this.#stamps = undefined;
    this.#first = 0;
  }

  #forgetBefore(earliest: number): void {
    const stamps = this.#stamps;
    if (stamps === undefined) return;
    while (this.#first < stamps.length && (stamps[this.#first] as number) < earliest) this.#first++;
    // Laid out anew only when half of it is history: a restart costs O(1), however many the window holds.
    if (this.#first * 2 <= stamps.length) return;
    this.#stamps = stamps.slice(this.#first);
    this.#first = 0;
  }
}
