/** What one dimension has to give: the contract of its book. Accounts are values: what changes one gives the next one. */
import type { Exact } from "./exact.ts";
import type { Capacity } from "./resource-pool.ts";

/** The book of one dimension. `now` is monotonic time in milliseconds and never goes back. */
export interface Account {
  /** The most that one request can ever get. */
  readonly capacity: Exact;
  /** What is free, rounded to a number: to show, not to decide by. */
  available(now: number): number;
  /** What is out, rounded to a number. */
  used(now: number): number;
  /** Whole milliseconds until `amount` is there: 0 if it is, `Infinity` if only a lease that ends can help. */
  waitMs(amount: Exact, now: number): number;
  /** Only for an amount whose `waitMs` is 0. */
  taken(amount: Exact, now: number): Account;
  /** What a lease had taken comes back, as far as it does. */
  givenBack(amount: Exact): Account;
  /** The same book by another rule; `undefined` if the rule is of another kind. */
  redefined(capacity: Capacity, now: number): Account | undefined;
}
