/**
 * From events to an async iterable: the producer pushes, one consumer iterates. Bounded: a consumer that falls
 * `capacity` items behind gets an error instead of a silent gap.
 */
import { MabeamError } from "./errors.ts";

/** A pushable async iterable for one consumer. */
export class Channel<T> implements AsyncIterableIterator<T> {
  readonly #items: T[] = [];
  readonly #capacity: number;
  readonly #onEnd: () => void;
  #waiting: { resolve(result: IteratorResult<T>): void; reject(error: unknown): void } | undefined;
  #failure: MabeamError | undefined;
  #ended = false;

  /** @param onEnd called once, when the channel ends for whatever reason */
  constructor(onEnd: () => void = () => {}, capacity = 10_000) {
    this.#onEnd = onEnd;
    this.#capacity = capacity;
  }

  push(item: T): void {
    if (this.#ended) return;
    if (this.#waiting !== undefined) {
      this.#waiting.resolve({ value: item, done: false });
      this.#waiting = undefined;
    } else if (this.#items.length >= this.#capacity) {
      const message = `The reader fell ${this.#capacity} items behind; read faster or watch again from the present state.`;
      this.#failure = new MabeamError("RESOURCES_EXHAUSTED", message, { details: { capacity: this.#capacity } });
      this.end();
    } else this.#items.push(item);
  }

  /** No more items; those already pushed are still delivered. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ value: undefined, done: true });
  }

  async next(): Promise<IteratorResult<T>> {
    if (this.#items.length > 0) return { value: this.#items.shift() as T, done: false };
    if (this.#failure !== undefined) {
      const failure = this.#failure;
      this.#failure = undefined;
      throw failure;
    }
    if (this.#ended) return { value: undefined, done: true };
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  async return(): Promise<IteratorResult<T>> {
    this.#items.length = 0;
    this.end();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** A channel that `start` feeds until the signal fires; `start` returns how to stop feeding. */
export function channelUntil<T>(
  signal: AbortSignal | undefined,
  start: (channel: Channel<T>) => () => void,
): Channel<T> {
  let stop = (): void => {};
  const onAbort = (): void => channel.end();
  const channel = new Channel<T>(() => {
    signal?.removeEventListener("abort", onAbort);
    stop();
  });
  if (signal?.aborted) channel.end();
  else {
    stop = start(channel);
    signal?.addEventListener("abort", onAbort, { once: true });
  }
  return channel;
}
