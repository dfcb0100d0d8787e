/** First in, first out; O(1) at both ends: a ring, made on first use, that doubles when it is full. */
export class Queue<T> {
  /** Its length is 0 or a power of two, so that a mask does what a division would. */
  #ring: (T | undefined)[] = [];
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#size) & (this.#ring.length - 1)] = item;
    this.#size++;
  }

  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#ring[this.#head];
    // Cleared, so that a queue never keeps alive what has left it.
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#size--;
    return item;
  }

  /** Takes out everything, oldest first, and lets go of the room that it took. */
  drain(): T[] {
    const items: T[] = [];
    while (this.#size > 0) items.push(this.shift() as T);
    this.#ring = [];
    this.#head = 0;
    return items;
  }

  // Only the slots from `head` on, `size` of them, are live: they are laid out anew from 0.
  #grow(): void {
    const next: (T | undefined)[] = Array.from({ length: Math.max(8, this.#ring.length * 2) });
    for (let index = 0; index < this.#size; index++)
      next[index] = this.#ring[(this.#head + index) & (this.#ring.length - 1)];
    this.#ring = next;
    this.#head = 0;
  }
}
