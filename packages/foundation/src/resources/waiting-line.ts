/** Who waits for one dimension: in order of turn, in order of age, and how often the oldest has been passed over. */
import type { Exact } from "./exact.ts";
import { PriorityQueue } from "./priority-queue.ts";

/** A request, as far as the order of service goes. */
export interface Claim {
  readonly priority: number;
  /** Counts the requests of a pool: the smaller, the older. */
  readonly arrival: number;
  /** By dimension; each amount is above zero. */
  readonly amounts: ReadonlyMap<string, Exact>;
}

/** Higher priority first, then age. */
export function hasTurnBefore(a: Claim, b: Claim): boolean {
  return a.priority === b.priority ? a.arrival < b.arrival : a.priority > b.priority;
}

export class WaitingLine<C extends Claim> {
  readonly #byTurn = new PriorityQueue<C>(hasTurnBefore);
  readonly #byAge = new PriorityQueue<C>((a, b) => a.arrival < b.arrival);
  #passes = 0;

  get size(): number {
    return this.#byTurn.size;
  }

  /** Whose turn it is, by priority and age. */
  get first(): C | undefined {
    return this.#byTurn.first;
  }

  get oldest(): C | undefined {
    return this.#byAge.first;
  }

  /** How many younger claims have been granted since the oldest became the oldest. */
  get passes(): number {
    return this.#passes;
  }

  /** All claims, in no order. */
  claims(): readonly C[] {
    return this.#byTurn.items();
  }

  has(claim: C): boolean {
    return this.#byTurn.has(claim);
  }

  enter(claim: C): void {
    this.#byTurn.add(claim);
    this.#byAge.add(claim);
  }

  leave(claim: C): void {
    if (claim === this.oldest) this.#passes = 0;
    this.#byTurn.delete(claim);
    this.#byAge.delete(claim);
  }

  /** `claim` leaves because it is granted: if an older one still waits, that has been passed over. */
  grant(claim: C): void {
    this.leave(claim);
    if (this.oldest !== undefined && this.oldest.arrival < claim.arrival) this.#passes++;
  }
}
