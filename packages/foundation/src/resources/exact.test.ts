import fc from "fast-check";
import { expect, it } from "vitest";
import { exact, isLess, minus, nothing, plus, quotientBelow, times, toNumber, wholeQuotient } from "./exact.ts";

const number = fc.double({ min: 0, noDefaultInfinity: true, noNaN: true });
const price = fc.integer({ min: 1, max: 10 ** 9 }).map((digits) => digits / 1000);

it("every number is the decimal that it shows, and comes back as itself", () => {
  fc.assert(
    fc.property(number, (value) => {
      expect(toNumber(exact(value))).toBe(value);
    }),
    { numRuns: 1000 },
  );
  expect(exact(0.1)).toEqual({ digits: 1n, exponent: -1 });
  expect(exact(5e-324)).toEqual({ digits: 5n, exponent: -324 });
});

it("what is added and taken away, in any order, leaves nothing behind", () => {
  const shuffled = fc
    .array(number, { maxLength: 20 })
    .chain((values) => fc.tuple(fc.constant(values), fc.shuffledSubarray(values, { minLength: values.length })));
  fc.assert(
    fc.property(shuffled, ([values, order]) => {
      const sum = values.map(exact).reduce(plus, nothing);
      expect(order.map(exact).reduce(minus, sum)).toEqual(nothing);
    }),
  );
});

it("sums, products and comparisons are those of whole thousandths", () => {
  fc.assert(
    fc.property(price, price, (a, b) => {
      const [wholeA, wholeB] = [Math.round(a * 1000), Math.round(b * 1000)];
      expect(toNumber(plus(exact(a), exact(b)))).toBe((wholeA + wholeB) / 1000);
      expect(isLess(exact(a), exact(b))).toBe(wholeA < wholeB);
      const product = times(exact(a), exact(b));
      const scaled = product.digits * 10n ** BigInt(6 + product.exponent);
      expect(scaled).toBe(BigInt(wholeA) * BigInt(wholeB));
      expect(wholeQuotient(exact(a), exact(b))).toBe(Math.ceil(wholeA / wholeB));
    }),
  );
});

it("a quotient is never more than the truth, and right in its 36 decimals", () => {
  fc.assert(
    fc.property(price, price, (a, b) => {
      const quotient = quotientBelow(exact(a), exact(b));
      expect(toNumber(quotientBelow(exact(Math.round(a * 1000)), exact(Math.round(b * 1000))))).toBe(
        Math.round(a * 1000) / Math.round(b * 1000),
      );
      const next = plus(quotient, { digits: 1n, exponent: -36 });
      expect(isLess(exact(a), times(quotient, exact(b)))).toBe(false);
      expect(isLess(exact(a), times(next, exact(b)))).toBe(true);
    }),
  );
});
