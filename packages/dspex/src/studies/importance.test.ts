import { seededRandom } from "@mabeam/foundation";
import { describe, expect, test } from "vitest";
import { choice } from "../variables/choice.ts";
import type { Configuration } from "../variables/configuration.ts";
import { float } from "../variables/float.ts";
import { integer } from "../variables/integer.ts";
import { space, type Space } from "../variables/space.ts";
import { subset } from "../variables/subset.ts";
import { importance } from "./importance.ts";

const trialsOf = (of: Space, value: (config: Configuration) => number, count: number, seed: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const config = of.sample(random);
    return { config, value: value(config) };
  });
};

describe("importance", () => {
  const made = space([
    float("strong", { min: 0, max: 1 }),
    choice("middling", ["a", "b", "c"]),
    integer("none", { min: 1, max: 100, log: true }),
    subset("members", ["x", "y"]),
  ]);
  const value = (config: Configuration): number =>
    3 * (config["strong"] as number) + (config["middling"] === "b" ? 0.8 : 0);

  test("orders variables by their influence; one without any is near 0; shares sum to 1", () => {
    for (const seed of [1, 2, 3]) {
      const found = importance(trialsOf(made, value, 300, seed), made);
      const shareOf = (name: string): number => found[name]?.value as number;
      expect(Object.values(found).reduce((sum, each) => sum + each.value, 0)).toBeCloseTo(1, 10);
      expect(shareOf("strong")).toBeGreaterThan(shareOf("middling"));
      expect(shareOf("middling")).toBeGreaterThan(shareOf("none"));
      expect(shareOf("none")).toBeLessThan(0.05);
      expect(shareOf("members")).toBeLessThan(0.05);
    }
  });

  test("intervals hold the value, and shrink with the trials", () => {
    const width = (count: number): number => {
      const { value: share, interval } = importance(trialsOf(made, value, count, 5), made)["middling"] as {
        value: number;
        interval: [number, number];
      };
      expect(interval[0]).toBeLessThanOrEqual(share);
      expect(interval[1]).toBeGreaterThanOrEqual(share);
      return interval[1] - interval[0];
    };
    expect(width(1_000)).toBeLessThan(width(40));
  });

  test("is the same for the mirrored problem, and for the same seed", () => {
    const trials = trialsOf(made, value, 100, 6);
    const mirrored = trials.map((trial) => ({ ...trial, value: -trial.value }));
    expect(importance(mirrored, made, { direction: "minimize", seed: 3 })).toEqual(
      importance(trials, made, { seed: 3 }),
    );
  });

  test("a conditional variable is judged where it exists", () => {
    const method = choice("method", ["plain", "tuned"]);
    const tree = space([
      method,
      float("depth", { min: 0, max: 1 }).when(method, "tuned"),
      float("idle", { min: 0, max: 1 }),
    ]);
    const trials = trialsOf(tree, (config) => (config["depth"] as number | undefined) ?? 0.5, 200, 7);
    const found = importance(trials, tree);
    expect(found["depth"]?.value).toBeGreaterThan(0.5);
    expect(found["idle"]?.value).toBeLessThan(0.1);
  });

  test("says that it knows nothing where there is nothing to know", () => {
    expect(importance([], made)["strong"]).toEqual({ value: 0, interval: [0, 1] });
    const failed = trialsOf(made, value, 50, 8).map((trial) => ({ ...trial, state: "failed" as const }));
    expect(importance(failed, made)["none"]).toEqual({ value: 0, interval: [0, 1] });
    expect(
      importance(
        trialsOf(space([]), () => 1, 9, 1),
        space([]),
      ),
    ).toEqual({});
    expect(() => importance([], made, { quantile: 1 })).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });
});
