/**
 * What is to be told to the outside, in the order in which it happened. A listener may call back into the pool at once:
 * what follows from that is told after what it heard, and to everyone in the same order.
 */
export class Announcements {
  readonly #waiting: (() => void)[] = [];
  #telling = false;

  add(tell: () => void): void {
    this.#waiting.push(tell);
  }

  /** Tells all; when called by somebody who is being told, leaves the rest to the call that is under way. */
  tellAll(): void {
    if (this.#telling) return;
    this.#telling = true;
    try {
      // A for…of over an array goes on to what is pushed while it runs.
      for (const tell of this.#waiting) tell();
    } finally {
      this.#waiting.length = 0;
      this.#telling = false;
    }
  }
}
