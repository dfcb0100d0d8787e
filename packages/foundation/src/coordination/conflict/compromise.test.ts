import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../core/json.ts";
import { compromise } from "./compromise.ts";
import type { CompromiseInput, CompromiseMethod } from "./compromise.ts";

const requests = (values: readonly Json[], weights: readonly number[] = []): CompromiseInput["requests"] =>
  values.map((value, index) => ({
    agent: `a${index}`,
    value,
    ...(weights[index] !== undefined && { weight: weights[index] }),
  }));
const valueOf = (
  values: readonly Json[],
  method: CompromiseMethod,
  more: Partial<CompromiseInput> = {},
  weights: number[] = [],
): Json => compromise({ requests: requests(values, weights), method, ...more }).value;

const numeric = ["mean", "median", "weighted-mean", "weighted-median", "midrange"] as const;
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const numbers = fc.array(number, { minLength: 1, maxLength: 9 });

describe("conflict.compromise", () => {
  it("lies between the requests, does not depend on their order, and is never infinite", () => {
    fc.assert(
      fc.property(numbers, fc.constantFrom(...numeric), (values, method) => {
        const value = valueOf(values, method) as number;
        expect(value).toBeGreaterThanOrEqual(Math.min(...values));
        expect(value).toBeLessThanOrEqual(Math.max(...values));
        expect(valueOf(values.toReversed(), method)).toBe(value);
      }),
      {
        examples: [
          [[1.7e308, 1.7e308], "mean"],
          [[1.7e308, -1.7e308, 1.7e308], "median"],
        ],
      },
    );
  });

  it("nobody gets a median nearer to what they want by asking for something else", () => {
    const small = fc.integer({ min: -20, max: 20 });
    fc.assert(
      fc.property(fc.array(small, { minLength: 1, maxLength: 7 }), small, small, (others, wish, lie) => {
        // An odd number, so that the median is one of the requests.
        const rest = others.length % 2 === 0 ? others : others.slice(1);
        const honest = valueOf([wish, ...rest], "median") as number;
        const lying = valueOf([lie, ...rest], "median") as number;
        expect(Math.abs(lying - wish)).toBeGreaterThanOrEqual(Math.abs(honest - wish));
      }),
    );
  });

  it("a weight is as good as so many equal requests", () => {
    const entries = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 0, max: 4 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(entries, (list) => {
        const copies = list.flatMap(([value, weight]) => Array.from({ length: weight }, () => value));
        fc.pre(copies.length > 0);
        const [values, weights] = [list.map(([value]) => value), list.map(([, weight]) => weight)];
        expect(valueOf(values, "weighted-mean", {}, weights)).toBe(valueOf(copies, "mean"));
        expect(valueOf(values, "weighted-median", {}, weights)).toBe(valueOf(copies, "median"));
      }),
    );
  });

  it("sums are exact", () => {
    expect(valueOf([0.1, 0.2, 0.3], "mean")).toBe(0.2);
    expect(valueOf([1e100, 1, -1e100], "mean")).toBe(1 / 3);
    expect(valueOf([1, 2, 10], "weighted-median", {}, [0.3, 0.1, 0.2])).toBe(1.5);
    expect(valueOf([1, 2], "weighted-mean", {}, [1.7e308, 1.7e308])).toBe(1.5);
  });

  it("trims by count or by part, and refuses to trim everything away", () => {
    expect(valueOf([1, 2, 3, 100], "trimmed-mean", { trim: 1 })).toBe(2.5);
    expect(valueOf([1, 2, 3, 100], "trimmed-mean", { trim: 0.25 })).toBe(2.5);
    expect(valueOf([1, 2, 3, 100], "trimmed-mean", { trim: 0 })).toBe(26.5);
    expect(valueOf([-50, 1, 2, 3, 4, 5, 6, 7, 8, 99], "trimmed-mean", { trim: 0.19 })).toBe(4.5);
    const refused = expect.objectContaining({
      details: expect.objectContaining({ reason: "trim-too-large" }) as object,
    }) as Error;
    expect(() => valueOf([1, 2], "trimmed-mean", { trim: 1 })).toThrow(refused);
    expect(() => valueOf([1, 2, 3], "trimmed-mean", { trim: 0.5 })).toThrow(refused);
  });

  it("the mode may be any JSON value, equal however its keys are ordered", () => {
    expect(valueOf([{ a: 1, b: 2 }, "x", { b: 2, a: 1 }], "mode")).toEqual({ a: 1, b: 2 });
    expect(valueOf(["x", "x", "y"], "mode")).toBe("x");
  });

  it("bounds come first, then rounding half up, and the value is feasible in the end", () => {
    expect(valueOf([9], "mean", { bounds: { min: 0, max: 2.6 }, integer: true })).toBe(2);
    expect(valueOf([-9], "mean", { bounds: { min: -2.4, max: 2 }, integer: true })).toBe(-2);
    expect(valueOf([2, 3], "mean", { integer: true })).toBe(3);
    expect(valueOf([-2, -3], "mean", { integer: true })).toBe(-2);
    expect(valueOf([0.49999999999999994], "mean", { integer: true })).toBe(0);
    expect(Object.is(valueOf([-0.3], "mean", { integer: true }), 0)).toBe(true);
    expect(compromise({ requests: requests([9]), method: "mean", bounds: { min: 0, max: 2 } })).toEqual({
      value: 2,
      method: "mean",
      bound: "max",
    });
  });

  it("refuses what cannot be a compromise, with its reason", () => {
    const base: CompromiseInput = { requests: requests([1, 2]), method: "mean" };
    for (const [change, reason] of [
      [{ requests: [] }, "empty"],
      [
        {
          requests: [
            { agent: "a", value: 1 },
            { agent: "a", value: 2 },
          ],
        },
        "duplicate-agent",
      ],
      [{ requests: requests(["1", 2]) }, "not-numeric"],
      [{ requests: requests([NaN]) }, "not-numeric"],
      [{ requests: requests([Infinity]), method: "mode" }, "not-numeric"],
      [{ requests: requests(["x", "x"]), method: "mode", integer: true }, "not-numeric"],
      [{ requests: requests([1], [-1]) }, "invalid-weight"],
      [{ requests: requests([1], [NaN]) }, "invalid-weight"],
      [{ requests: requests([1, 2], [0, 0]), method: "weighted-mean" }, "no-weight"],
      [{ requests: requests([1, 2], [0, 0]), method: "weighted-median" }, "no-weight"],
      [{ requests: requests([1, 2]), method: "mode" }, "tie"],
      [{ method: "trimmed-mean" }, "invalid-trim"],
      [{ method: "trimmed-mean", trim: -1 }, "invalid-trim"],
      [{ bounds: { min: 2, max: 1 } }, "invalid-bounds"],
      [{ bounds: { min: 0.2, max: 0.8 }, integer: true }, "infeasible"],
      [{ method: "average" }, "invalid-method"],
      [{ integer: 1 }, "invalid-integer"],
    ] as const) {
      const refused = expect.objectContaining({
        code: "INVALID_INPUT",
        details: expect.objectContaining({ reason }) as object,
      });
      expect(() => compromise({ ...base, ...change } as never), reason).toThrow(refused as Error);
    }
  });
});
