/** An agent's waiting messages: first in, first out, bounded, with a stated rule for the message that is too many. */
import { Queue } from "../core/queue.ts";
import type { Message } from "./message.ts";

/** What a full mailbox does with the next message. */
export type Overflow = "reject" | "drop_oldest" | "drop_newest";

/**
 * Messages that were given up while they waited stay in the queue, uncounted, until they come up or outnumber the
 * living: giving up costs O(1), and nothing grows for ever.
 */
export class Mailbox {
  readonly #capacity: number;
  readonly #overflow: Overflow;
  readonly #queue = new Queue<Message>();
  #givenUp = 0;

  constructor(capacity: number, overflow: Overflow) {
    this.#capacity = capacity;
    this.#overflow = overflow;
  }

  /** Messages that still wait. */
  get depth(): number {
    return this.#queue.size - this.#givenUp;
  }

  /**
   * Takes `message` in and returns the one that had to go: it, the oldest, or none.
   * @param freeTurns how many of the waiting messages are taken up at once: they need no room
   */
  offer(message: Message, freeTurns: number): Message | undefined {
    if (this.depth < this.#capacity + freeTurns) {
      this.#queue.push(message);
      return undefined;
    }
    if (this.#overflow !== "drop_oldest") return message;
    const oldest = this.take();
    this.#queue.push(message);
    return oldest;
  }

  /** Takes a message of the system's own in, also when full: those are few, and their senders wait for them. */
  offerSystem(message: Message): void {
    this.#queue.push(message);
  }

  /** The oldest message that still waits. */
  take(): Message | undefined {
    for (;;) {
      const message = this.#queue.shift();
      if (message === undefined || !message.isSettled) return message;
      this.#givenUp--;
    }
  }

  /** Says that a message that waits here was given up. */
  forget(): void {
    this.#givenUp++;
    if (this.#givenUp < 64 || this.#givenUp < this.depth) return;
    const living = this.drain();
    for (const message of living) this.#queue.push(message);
  }

  /** Takes out all that still wait, oldest first. */
  drain(): Message[] {
    const living = this.#queue.drain().filter((message) => !message.isSettled);
    this.#givenUp = 0;
    return living;
  }
}
