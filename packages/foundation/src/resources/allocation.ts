/**
 * Who gets what: the accounts of all dimensions and those who wait for them. Deterministic and without a clock or any
 * effect of its own: it is told what happened and the time, and tells who is granted and who can never be.
 *
 * A claim is granted when it is first in the line of each dimension that it needs, and each has room. First is whose turn
 * it is by priority and age, unless a claim is overdue: the oldest in each of its lines, and passed over `patience` times
 * in one of them. Two overdue claims never share a line, so there is one order on all lines, and nobody waits in a circle.
 * It is also the order of grants where one event lets in several: it matters to whom they pass over.
 *
 * Only lines where something happened are looked at again, hence an event costs O(log n) for each claim that it lets in.
 */
import type { Account } from "./account.ts";
import { exact, isLess, toNumber, type Exact } from "./exact.ts";
import { PriorityQueue } from "./priority-queue.ts";
import { Reserve } from "./reserve.ts";
import type { Capacity } from "./resource-pool.ts";
import { TokenBucket } from "./token-bucket.ts";
import { hasTurnBefore, WaitingLine, type Claim } from "./waiting-line.ts";

interface Dimension<C extends Claim> {
  account: Account;
  readonly line: WaitingLine<C>;
}

/** Why a claim is not granted: one dimension that stands in the way. `waiting` counts the others that wait for it. */
export interface Shortage {
  dimension: string;
  wanted: number;
  available: number;
  capacity: number;
  waiting: number;
}

type Amounts = ReadonlyMap<string, Exact>;

/** A claim that can be granted, as it was found. */
interface Ready<C extends Claim> {
  readonly claim: C;
  readonly isOverdue: boolean;
}

function isGrantedBefore(a: Ready<Claim>, b: Ready<Claim>): boolean {
  return a.isOverdue === b.isOverdue ? hasTurnBefore(a.claim, b.claim) : a.isOverdue;
}

export class Allocation<C extends Claim> {
  readonly #dimensions = new Map<string, Dimension<C>>();
  readonly #patience: number;
  /** The dimensions where something happened since the last `serve`. */
  readonly #changed = new Set<string>();
  /** A dimension of each claim that lacks nothing but tokens: it is granted when time has passed, without an event. */
  readonly #refilling = new Set<string>();

  /** @param patience how many younger claims may be granted, on one dimension, before the oldest */
  constructor(patience: number) {
    this.#patience = patience;
  }

  has(dimension: string): boolean {
    return this.#dimensions.has(dimension);
  }

  dimensions(): IterableIterator<[string, { readonly account: Account; readonly line: { readonly size: number } }]> {
    return this.#dimensions.entries();
  }

  /**
   * Sets capacities: all, or none if a dimension would become one of another kind.
   * @returns the name of such a dimension, or else the claims that can never be granted any more, oldest first: they are
   * to be withdrawn
   */
  define(capacities: ReadonlyMap<string, Capacity>, now: number): { otherKind: string } | { hopeless: C[] } {
    const accounts = new Map<string, Account>();
    for (const [name, capacity] of capacities) {
      const present = this.#dimensions.get(name);
      const account = present === undefined ? openAccount(capacity) : present.account.redefined(capacity, now);
      if (account === undefined) return { otherKind: name };
      accounts.set(name, account);
    }
    for (const [name, account] of accounts) this.#setAccount(name, account);
    const hopeless = new Set<C>();
    for (const name of accounts.keys()) {
      for (const claim of this.#of(name).line.claims()) if (this.beyondCapacity(claim.amounts)) hopeless.add(claim);
    }
    return { hopeless: [...hopeless].toSorted((a, b) => a.arrival - b.arrival) };
  }

  /** A dimension that can never give what is wanted of it. */
  beyondCapacity(amounts: Amounts): string | undefined {
    for (const [name, amount] of amounts) if (isLess(this.#of(name).account.capacity, amount)) return name;
    return undefined;
  }

  enter(claim: C): void {
    for (const name of claim.amounts.keys()) this.#touched(name).line.enter(claim);
  }

  /** A claim that waits leaves. */
  withdraw(claim: C): void {
    for (const name of claim.amounts.keys()) this.#touched(name).line.leave(claim);
  }

  giveBack(amounts: Amounts): void {
    for (const [name, amount] of amounts) {
      const dimension = this.#touched(name);
      dimension.account = dimension.account.givenBack(amount);
    }
  }

  /**
   * Grants all that can be granted now.
   * @returns who was, in order, and in how many whole milliseconds tokens will let in the next one; `Infinity` if only
   * another event can
   */
  serve(now: number): { granted: C[]; nextInMs: number } {
    const granted: C[] = [];
    if (this.#changed.size === 0 && this.#refilling.size === 0) return { granted, nextInMs: Infinity };
    const ready = new PriorityQueue<Ready<C>>(isGrantedBefore);
    for (const name of new Set([...this.#changed, ...this.#refilling])) this.#consider(name, now, ready);
    this.#changed.clear();
    for (let next = ready.takeFirst(); next !== undefined; next = ready.takeFirst()) {
      const { claim } = next;
      // A grant can make another claim overdue, which is first from then on. Whoever is first again is considered again.
      if (!this.#isFirst(claim) || this.#waitMs(claim, now) > 0) continue;
      this.#grant(claim, now);
      granted.push(claim);
      for (const name of claim.amounts.keys()) this.#consider(name, now, ready);
    }
    return { granted, nextInMs: this.#nextInMs(now) };
  }

  /** What keeps a claim from being granted now: what is short, or else the line where others come before it. */
  shortage(claim: C, now: number): Shortage {
    const isShort = ([name, amount]: [string, Exact]): boolean => this.#of(name).account.waitMs(amount, now) > 0;
    const isBehind = ([name]: [string, Exact]): boolean => this.#firstIn(this.#of(name).line) !== claim;
    const all = [...claim.amounts] as [[string, Exact], ...[string, Exact][]];
    const beyond = this.beyondCapacity(claim.amounts);
    const [dimension, wanted] =
      all.find(([name]) => name === beyond) ?? all.find(isShort) ?? all.find(isBehind) ?? all[0];
    const { account, line } = this.#of(dimension);
    return {
      dimension,
      wanted: toNumber(wanted),
      available: account.available(now),
      capacity: toNumber(account.capacity),
      waiting: line.size - (line.has(claim) ? 1 : 0),
    };
  }

  /** Looks at a line where something changed: whoever is first may now be ready, or wait only for tokens. */
  #consider(name: string, now: number, ready: PriorityQueue<Ready<C>>): void {
    const claim = this.#firstIn(this.#of(name).line);
    if (claim === undefined || !this.#isFirst(claim)) return;
    const waitMs = this.#waitMs(claim, now);
    if (waitMs === 0) ready.add({ claim, isOverdue: this.#isOverdue(claim) });
    else if (waitMs < Infinity) this.#refilling.add(name);
  }

  #grant(claim: C, now: number): void {
    for (const [name, amount] of claim.amounts) {
      const dimension = this.#of(name);
      dimension.account = dimension.account.taken(amount, now);
      dimension.line.grant(claim);
    }
  }

  /** Only who is first in line waits for tokens alone. */
  #nextInMs(now: number): number {
    let nextInMs = Infinity;
    for (const name of this.#refilling) {
      const claim = this.#firstIn(this.#of(name).line);
      const waitMs = claim !== undefined && this.#isFirst(claim) ? this.#waitMs(claim, now) : Infinity;
      if (waitMs === Infinity) this.#refilling.delete(name);
      nextInMs = Math.min(nextInMs, waitMs);
    }
    return nextInMs;
  }

  #firstIn(line: WaitingLine<C>): C | undefined {
    const { oldest } = line;
    return oldest !== undefined && this.#isOverdue(oldest) ? oldest : line.first;
  }

  #isFirst(claim: C): boolean {
    return this.#linesOf(claim).every((line) => this.#firstIn(line) === claim);
  }

  #isOverdue(claim: C): boolean {
    const lines = this.#linesOf(claim);
    return lines.every((line) => line.oldest === claim) && lines.some((line) => line.passes >= this.#patience);
  }

  #waitMs(claim: C, now: number): number {
    let waitMs = 0;
    for (const [name, amount] of claim.amounts) waitMs = Math.max(waitMs, this.#of(name).account.waitMs(amount, now));
    return waitMs;
  }

  #linesOf(claim: C): WaitingLine<C>[] {
    return [...claim.amounts.keys()].map((name) => this.#of(name).line);
  }

  #setAccount(name: string, account: Account): void {
    const present = this.#dimensions.get(name);
    if (present === undefined) this.#dimensions.set(name, { account, line: new WaitingLine() });
    else present.account = account;
    this.#changed.add(name);
  }

  #touched(name: string): Dimension<C> {
    this.#changed.add(name);
    return this.#of(name);
  }

  /** Names are checked where they come in. */
  #of(name: string): Dimension<C> {
    return this.#dimensions.get(name) as Dimension<C>;
  }
}

function openAccount(capacity: Capacity): Account {
  return typeof capacity === "number" ? new Reserve(exact(capacity)) : TokenBucket.full(capacity);
}
