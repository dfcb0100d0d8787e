import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellMass, logDensity, normalCdf, normalQuantile, truncatedQuantile } from "./truncated-normal.ts";

const means = fc.double({ min: 0, max: 1, noNaN: true });
const deviations = fc.double({ min: 0.01, max: 1, noNaN: true });

/** Simpson's rule. */
function integral(of: (x: number) => number, from: number, to: number): number {
  const steps = 2_000;
  const width = (to - from) / steps;
  let sum = of(from) + of(to);
  for (let step = 1; step < steps; step++) sum += (step % 2 === 1 ? 4 : 2) * of(from + step * width);
  return (sum * width) / 3;
}

describe("the normal distribution", () => {
  // Abramowitz and Stegun, Handbook of Mathematical Functions, tables 26.1 and 26.2.
  test.each([
    [0, 0.5],
    [1, 0.841344746068543],
    [2, 0.97724986805182],
    [3, 0.99865010196837],
    [-1, 0.158655253931457],
    [-5, 2.866515718791939e-7],
    [-8, 6.22096057427178e-16],
    [-40, 0],
  ])("Φ(%d) is the tabulated value", (z, probability) => {
    expect(Math.abs(normalCdf(z) - probability)).toBeLessThan(1e-12 * Math.max(probability, 1e-3));
  });

  test("the quantile inverts the distribution function", () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }), (probability) => {
        expect(normalCdf(normalQuantile(probability))).toBeCloseTo(probability, 12);
      }),
    );
  });
});

describe("the normal cut to the unit interval", () => {
  test("its density integrates to 1, and to the mass of a cell", () => {
    fc.assert(
      fc.property(means, deviations, means, (mean, deviation, edge) => {
        const density = (x: number): number => Math.exp(logDensity(x, mean, deviation));
        expect(integral(density, 0, 1)).toBeCloseTo(1, 6);
        expect(cellMass(0, edge, mean, deviation)).toBeCloseTo(integral(density, 0, edge), 6);
      }),
      { numRuns: 50 },
    );
  });

  test("draws lie within, and by inversion have the mass that they should", () => {
    fc.assert(
      fc.property(means, deviations, means, (mean, deviation, uniform) => {
        const place = truncatedQuantile(uniform, mean, deviation);
        expect(place).toBeGreaterThanOrEqual(0);
        expect(place).toBeLessThanOrEqual(1);
        expect(cellMass(0, place, mean, deviation)).toBeCloseTo(uniform, 7);
      }),
    );
  });
});
