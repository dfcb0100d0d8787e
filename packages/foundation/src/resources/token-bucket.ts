/**
 * The token bucket: it holds at most `burst` tokens, starts full, and gains `tokens` every `perMs` milliseconds, evenly
 * and not in steps. In any stretch of t milliseconds it gives out at most `burst` + `tokens` · t / `perMs`.
 *
 * Its level is kept in tokens · `perMs`, so that deciding never divides, hence never rounds: the law above holds to
 * the last digit.
 */
import type { Account } from "./account.ts";
import { exact, isLess, least, minus, nothing, plus, quotientBelow, times, toNumber, wholeQuotient } from "./exact.ts";
import type { Exact } from "./exact.ts";
import type { Capacity, RateCapacity } from "./resource-pool.ts";

/** The rule of a bucket in exact amounts. */
interface Rule {
  readonly burst: Exact;
  readonly tokens: Exact;
  readonly perMs: Exact;
  /** The level of a full bucket. */
  readonly full: Exact;
}

/** A bucket at one moment. What is taken is spent: giving back changes nothing. */
export class TokenBucket implements Account {
  readonly #rule: Rule;
  readonly #level: Exact;
  /** When it had that level. */
  readonly #at: number;

  private constructor(rule: Rule, level: Exact, at: number) {
    this.#rule = rule;
    this.#level = level;
    this.#at = at;
  }

  static full(capacity: RateCapacity): TokenBucket {
    const rule = ruleOf(capacity);
    return new TokenBucket(rule, rule.full, 0);
  }

  get capacity(): Exact {
    return this.#rule.burst;
  }

  available(now: number): number {
    return toNumber(quotientBelow(this.#levelAt(now), this.#rule.perMs));
  }

  used(now: number): number {
    return toNumber(minus(this.capacity, quotientBelow(this.#levelAt(now), this.#rule.perMs)));
  }

  waitMs(amount: Exact, now: number): number {
    const missing = minus(times(amount, this.#rule.perMs), this.#levelAt(now));
    return isLess(nothing, missing) ? wholeQuotient(missing, this.#rule.tokens) : 0;
  }

  taken(amount: Exact, now: number): TokenBucket {
    return new TokenBucket(this.#rule, minus(this.#levelAt(now), times(amount, this.#rule.perMs)), now);
  }

  givenBack(): TokenBucket {
    return this;
  }

  /** Keeps the tokens that are left, up to the new burst: a redefinition never makes any. */
  redefined(capacity: Capacity, now: number): TokenBucket | undefined {
    if (typeof capacity === "number") return undefined;
    const rule = ruleOf(capacity);
    const left = quotientBelow(times(this.#levelAt(now), rule.perMs), this.#rule.perMs);
    return new TokenBucket(rule, least(left, rule.full), now);
  }

  #levelAt(now: number): Exact {
    const gained = times(this.#rule.tokens, minus(exact(now), exact(this.#at)));
    return least(plus(this.#level, gained), this.#rule.full);
  }
}

function ruleOf({ tokens, perMs, burst = tokens }: RateCapacity): Rule {
  const rule = { burst: exact(burst), tokens: exact(tokens), perMs: exact(perMs) };
  return { ...rule, full: times(rule.burst, rule.perMs) };
}
