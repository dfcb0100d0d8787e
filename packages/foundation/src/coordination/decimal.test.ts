import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare, decimal, product, quotient, sum, toNumber } from "./decimal.ts";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

describe("decimals", () => {
  it("every finite number survives the way there and back", () => {
    fc.assert(
      fc.property(finite, (value) => {
        expect(toNumber(decimal(value))).toBe(value + 0);
      }),
      { examples: [[5e-324], [1.7e308], [0.1], [-0], [1e21], [123456789012345680000]], numRuns: 1_000 },
    );
  });

  it("sums mean what they show, in any order, and do not overflow on the way", () => {
    const tenths = [0.1, 0.1, 0.1].map(decimal);
    expect(toNumber(sum(tenths))).toBe(0.3);
    expect(toNumber(sum([1.7e308, 1.7e308, -1.7e308].map(decimal)))).toBe(1.7e308);
    expect(toNumber(sum([1e100, 1, -1e100].map(decimal)))).toBe(1);
    expect(toNumber(sum([]))).toBe(0);
    fc.assert(
      fc.property(fc.array(finite), (values) => {
        expect(toNumber(sum(values.map(decimal)))).toBe(toNumber(sum(values.toReversed().map(decimal))));
      }),
    );
  });

  it("a quotient is the nearest number, and never infinite", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger().filter(Boolean), (a, b) => {
        expect(quotient(decimal(a), decimal(b))).toBe(a / b + 0);
      }),
    );
    expect(quotient(decimal(1.7e308), decimal(1e-300))).toBe(Number.MAX_VALUE);
    expect(quotient(decimal(-1.7e308), decimal(0.1))).toBe(-Number.MAX_VALUE);
  });

  it("a comparison agrees with the numbers, and forgives rounding of fractions only", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
        expect(Math.sign(compare(decimal(a), decimal(b)))).toBe(Math.sign(a - b));
      }),
    );
    expect(compare(sum([0.1, 0.1, 0.1].map(decimal)), decimal(0.3))).toBe(0);
    expect(compare(product(decimal(1 / 3), decimal(3)), decimal(1))).toBe(0);
    expect(compare(decimal(0.1 + 0.2), decimal(0.3))).toBe(0);
    expect(compare(decimal(0.3), decimal(0.3000000001))).toBeLessThan(0);
    expect(compare(decimal(2 ** 53 - 1), decimal(2 ** 53 - 2))).toBeGreaterThan(0);
    expect(compare(decimal(1.7e308), decimal(1.6e308))).toBeGreaterThan(0);
  });
});
