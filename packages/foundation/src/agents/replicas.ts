/** The other agents that share the work of one that was scaled up. */
import type { Actor } from "./actor.ts";

export class Replicas {
  readonly #original: Actor;
  /** In order of creation: `#2`, `#3` … */
  readonly #others: Actor[] = [];

  constructor(original: Actor) {
    this.#original = original;
  }

  get others(): readonly Actor[] {
    return this.#others;
  }

  /** The id that the next one gets. */
  get nextId(): string {
    return `${this.#original.id}#${this.#others.length + 2}`;
  }

  add(replica: Actor): void {
    this.#others.push(replica);
  }

  remove(replica: Actor): void {
    const index = this.#others.indexOf(replica);
    if (index >= 0) this.#others.splice(index, 1);
  }

  /** Who has least to do of those that run; the earliest of equals. */
  leastLoaded(): Actor {
    let least = this.#original;
    for (const each of this.#others) {
      if (each.status !== "running") continue;
      if (least.status !== "running" || each.load < least.load) least = each;
    }
    return least;
  }
}
