/** Work that must not overlap: each piece begins when the one before it has ended, well or badly; at once if it is alone. */
import { isPromise, type Soon } from "./steps.ts";

export class Turns {
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  take<T>(work: () => Soon<T>): Soon<T> {
    if (!this.#isTaken) return this.#run(work);
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        try {
          resolve(this.#run(work));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  #run<T>(work: () => Soon<T>): Soon<T> {
    this.#isTaken = true;
    let result: Soon<T>;
    try {
      result = work();
    } catch (error) {
      this.#pass();
      throw error;
    }
    if (isPromise(result)) result.then(this.#pass, this.#pass);
    else this.#pass();
    return result;
  }

  readonly #pass = (): void => {
    const next = this.#waiting.shift();
    if (next === undefined) this.#isTaken = false;
    // Not from here: a long queue of short pieces would be as deep a recursion.
    else queueMicrotask(next);
  };
}
