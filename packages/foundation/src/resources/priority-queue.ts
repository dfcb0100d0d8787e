/** A binary heap that knows where each item is: the first is at hand, and any item comes or goes in O(log n). */
export class PriorityQueue<T> {
  readonly #heap: T[] = [];
  readonly #places = new Map<T, number>();
  readonly #comesBefore: (a: T, b: T) => boolean;

  /** @param comesBefore a strict total order of the items */
  constructor(comesBefore: (a: T, b: T) => boolean) {
    this.#comesBefore = comesBefore;
  }

  get size(): number {
    return this.#heap.length;
  }

  get first(): T | undefined {
    return this.#heap[0];
  }

  has(item: T): boolean {
    return this.#places.has(item);
  }

  /** All items, in no order. */
  items(): readonly T[] {
    return this.#heap;
  }

  /** Each item at most once. */
  add(item: T): void {
    this.#rise(item, this.#heap.length);
  }

  takeFirst(): T | undefined {
    const { first } = this;
    if (first !== undefined) this.delete(first);
    return first;
  }

  /** `false` if it is not in the queue. */
  delete(item: T): boolean {
    const place = this.#places.get(item);
    if (place === undefined) return false;
    this.#places.delete(item);
    const last = this.#heap.pop() as T;
    // The last item fills the gap, and then moves to where it belongs: up, or else down.
    if (last !== item) this.#sink(last, this.#rise(last, place));
    return true;
  }

  /** Puts `item` at `place`, or as far above as it belongs. */
  #rise(item: T, place: number): number {
    let at = place;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = this.#heap[parentAt] as T;
      if (!this.#comesBefore(item, parent)) break;
      this.#put(parent, at);
      at = parentAt;
    }
    this.#put(item, at);
    return at;
  }

  /** Puts `item` at `place`, or as far below as it belongs. */
  #sink(item: T, place: number): void {
    let at = place;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      if (left >= this.#heap.length) break;
      const isRight = right < this.#heap.length && this.#comesBefore(this.#heap[right] as T, this.#heap[left] as T);
      const child = this.#heap[isRight ? right : left] as T;
      if (!this.#comesBefore(child, item)) break;
      this.#put(child, at);
      at = isRight ? right : left;
    }
    this.#put(item, at);
  }

  #put(item: T, at: number): void {
    this.#heap[at] = item;
    this.#places.set(item, at);
  }
}
