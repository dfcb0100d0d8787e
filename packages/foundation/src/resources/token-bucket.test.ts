import fc from "fast-check";
import { expect, it } from "vitest";
import { exact, isLess, plus, quotientBelow, times, toNumber } from "./exact.ts";
import { TokenBucket } from "./token-bucket.ts";

const rule = fc.record({
  tokens: fc.integer({ min: 1, max: 20 }),
  perMs: fc.integer({ min: 1, max: 50 }),
  burst: fc.integer({ min: 1, max: 30 }),
});
const takings = fc.array(
  fc.record({ afterMs: fc.integer({ min: 0, max: 40 }), amount: fc.integer({ min: 1, max: 30 }) }),
  {
    maxLength: 60,
    size: "max",
  },
);

it("gives what a bucket gives that is filled millisecond by millisecond, and says when it will give more", () => {
  fc.assert(
    fc.property(rule, takings, ({ tokens, perMs, burst }, steps) => {
      let bucket = TokenBucket.full({ tokens, perMs, burst });
      // In tokens · perMs: whole numbers.
      let level = burst * perMs;
      let now = 0;
      const ticksUntil = (price: number): number => {
        let ticks = 0;
        while (level + ticks * tokens < price) ticks++;
        return ticks;
      };
      for (const { afterMs, amount } of steps) {
        for (let tick = 0; tick < afterMs; tick++) level = Math.min(level + tokens, burst * perMs);
        now += afterMs;
        expect(bucket.available(now)).toBe(level / perMs);
        if (amount > burst) continue;
        const waitMs = bucket.waitMs(exact(amount), now);
        expect(waitMs).toBe(ticksUntil(amount * perMs));
        if (waitMs > 0) continue;
        bucket = bucket.taken(exact(amount), now);
        level -= amount * perMs;
      }
    }),
  );
});

it("in no stretch of time, however odd its rule and its times, gives more than burst + rate · time", () => {
  const odd = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
  const oddRule = fc.record({ tokens: odd, perMs: odd, burst: odd });
  const oddSteps = fc.array(fc.record({ at: fc.double({ min: 0, max: 1e6, noNaN: true }), amount: odd }), {
    size: "+1",
  });
  fc.assert(
    fc.property(oddRule, oddSteps, ({ tokens, perMs, burst }, steps) => {
      let bucket = TokenBucket.full({ tokens, perMs, burst });
      const given: { at: number; amount: number }[] = [];
      for (const { at, amount } of steps.toSorted((a, b) => a.at - b.at)) {
        if (amount > burst || bucket.waitMs(exact(amount), at) > 0) continue;
        bucket = bucket.taken(exact(amount), at);
        given.push({ at, amount });
      }
      for (const [first, { at: from }] of given.entries()) {
        let sum = exact(0);
        for (const { at, amount } of given.slice(first)) {
          sum = plus(sum, exact(amount));
          // sum · perMs ≤ burst · perMs + tokens · t, without a division.
          const elapsed = plus(exact(at), times(exact(-1), exact(from)));
          const most = plus(times(exact(burst), exact(perMs)), times(exact(tokens), elapsed));
          expect(isLess(most, times(sum, exact(perMs)))).toBe(false);
        }
      }
    }),
  );
});

it("a redefinition keeps the tokens that are left, up to the new burst, and makes none", () => {
  fc.assert(
    fc.property(
      rule,
      rule,
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 0, max: 99 }),
      (one, other, spent, now) => {
        const bucket = TokenBucket.full(one).taken(exact(Math.min(spent, one.burst)), 0);
        const next = bucket.redefined(other, now)!;
        expect(toNumber(next.capacity)).toBe(other.burst);
        const before = bucket.available(now);
        expect(next.available(now)).toBeCloseTo(Math.min(before, other.burst), 12);
        // Rounded down where the old level is no decimal of the new rule.
        const kept = quotientBelow(exact(Math.min(before, other.burst)), exact(1));
        expect(toNumber(kept)).toBeGreaterThanOrEqual(next.available(now));
        expect(bucket.redefined(other, now)!.redefined(one, now)!.available(now)).toBeLessThanOrEqual(before);
      },
    ),
  );
  expect(TokenBucket.full({ tokens: 1, perMs: 1 }).redefined(5, 0)).toBeUndefined();
});

it("without a burst holds what one period brings", () => {
  const bucket = TokenBucket.full({ tokens: 60, perMs: 60_000 });
  expect(toNumber(bucket.capacity)).toBe(60);
  const empty = bucket.taken(exact(60), 5000);
  expect(empty.available(5000)).toBe(0);
  expect(empty.available(6000)).toBe(1);
  expect(empty.waitMs(exact(1.5), 6000)).toBe(500);
  expect(empty.available(1e9)).toBe(60);
});
