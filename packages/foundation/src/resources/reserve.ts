/** A plain dimension: what a lease takes comes back when the lease ends. */
import type { Account } from "./account.ts";
import { exact, isLess, minus, nothing, plus, toNumber, type Exact } from "./exact.ts";
import type { Capacity } from "./resource-pool.ts";

/** More is out than there is only after the capacity shrank; then nothing is free until enough has come back. */
export class Reserve implements Account {
  readonly capacity: Exact;
  readonly #out: Exact;

  constructor(capacity: Exact, out: Exact = nothing) {
    this.capacity = capacity;
    this.#out = out;
  }

  available(): number {
    return isLess(this.capacity, this.#out) ? 0 : toNumber(minus(this.capacity, this.#out));
  }

  used(): number {
    return toNumber(this.#out);
  }

  waitMs(amount: Exact): number {
    return isLess(this.capacity, plus(this.#out, amount)) ? Infinity : 0;
  }

  taken(amount: Exact): Reserve {
    return new Reserve(this.capacity, plus(this.#out, amount));
  }

  givenBack(amount: Exact): Reserve {
    return new Reserve(this.capacity, minus(this.#out, amount));
  }

  redefined(capacity: Capacity): Reserve | undefined {
    return typeof capacity === "number" ? new Reserve(exact(capacity), this.#out) : undefined;
  }
}
