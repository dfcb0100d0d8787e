import { seededRandom } from "@mabeam/foundation";
import { describe, expect, test } from "vitest";
import { choice } from "../../../variables/choice.ts";
import type { Configuration } from "../../../variables/configuration.ts";
import { float } from "../../../variables/float.ts";
import { integer } from "../../../variables/integer.ts";
import { space } from "../../../variables/space.ts";
import { layoutOf } from "./layout.ts";
import { parzen } from "./parzen.ts";
import { recencyWeights, split } from "./split.ts";
import type { FinishedState, FinishedTrial } from "../../trial.ts";

const method = choice("method", ["plain", "tuned"]);
const tree = space([method, integer("n", { min: 1, max: 3 }), choice("extra", ["u", "v", "w"]).when(method, "tuned")]);
const seen: Configuration[] = [
  { method: "tuned", n: 1, extra: "v" },
  { method: "tuned", n: 1, extra: "w" },
  { method: "plain", n: 3 },
];

describe("the Parzen estimator of a conditional space", () => {
  const layout = layoutOf(tree);
  const estimator = parzen(tree, layout, seen.map(layout.encode), [1, 2, 1]);
  const points = ["plain", "tuned"].flatMap((itsMethod) =>
    [1, 2, 3].flatMap((n) =>
      itsMethod === "plain"
        ? [{ method: itsMethod, n }]
        : ["u", "v", "w"].map((extra) => ({ method: itsMethod, n, extra })),
    ),
  );
  const probability = (config: Configuration): number => Math.exp(estimator.logDensity(layout.encode(config)));

  test("is a distribution over all its points: the branches' probabilities sum to 1", () => {
    expect(points.reduce((sum, config) => sum + probability(config), 0)).toBeCloseTo(1, 10);
  });

  test("draws points as often as it says", () => {
    const random = seededRandom(1);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 20_000; draw++) {
      const key = tree.key(estimator.draw(random));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const config of points) {
      const expected = 20_000 * probability(config);
      expect(Math.abs((counts.get(tree.key(config)) ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });

  test("keeps what occurs together together", () => {
    // 1 goes with tuned, 3 with plain: independent estimators would not know.
    expect(probability({ method: "tuned", n: 1, extra: "w" })).toBeGreaterThan(
      3 * probability({ method: "tuned", n: 3, extra: "w" }),
    );
  });

  test("a continuous coordinate has a density that integrates to 1", () => {
    const line = space([float("x", { min: 0, max: 1 })]);
    const onLine = layoutOf(line);
    const bumps = parzen(line, onLine, [{ x: 0.1 }, { x: 0.8 }].map(onLine.encode), [1, 1]);
    const grid = Array.from({ length: 4_000 }, (_, index) => (index + 0.5) / 4_000);
    const sum = grid.reduce((total, x) => total + Math.exp(bumps.logDensity(onLine.encode({ x }))), 0);
    expect(sum / grid.length).toBeCloseTo(1, 6);
  });
});

describe("the split", () => {
  const trial = (number: number, state: FinishedState, value?: number, step?: number): FinishedTrial => ({
    id: "",
    number,
    config: { number },
    state,
    reports: step === undefined ? [] : [{ step, value: value as number }],
    attrs: {},
    ...(value === undefined ? {} : { value }),
  });

  test("the better tenth is in front; failed and running ones are among the worse, cancelled ones nowhere", () => {
    const finished = [
      ...Array.from({ length: 18 }, (_, number) => trial(number, "complete", number)),
      trial(18, "failed"),
      trial(19, "cancelled"),
      trial(20, "pruned", 99, 1),
    ];
    const sides = split({ finished, pending: [{ number: 21 }], direction: "maximize" });
    expect(sides.better).toEqual([{ number: 17 }, { number: 16 }]);
    expect(sides.worse).toEqual([
      ...Array.from({ length: 16 }, (_, number) => ({ number })),
      { number: 18 },
      { number: 20 },
      { number: 21 },
    ]);
    expect(split({ finished, pending: [], direction: "minimize" }).better).toEqual([{ number: 0 }, { number: 1 }]);
  });

  test("pruned trials rank by how far they came, then by value", () => {
    const finished = [trial(0, "pruned", 5, 1), trial(1, "pruned", 1, 3), trial(2, "pruned", 2, 3)];
    expect(split({ finished, pending: [], direction: "maximize" }).better).toEqual([{ number: 2 }]);
  });

  test("the worse side is bounded, and keeps the newest", () => {
    const finished = Array.from({ length: 1_000 }, (_, number) => trial(number, "complete", -number));
    const { better, worse } = split({ finished, pending: [], direction: "maximize" });
    expect(better).toHaveLength(25);
    expect(worse.length).toBeLessThanOrEqual(150);
    expect(worse.at(-1)).toEqual({ number: 999 });
  });

  test("weights are 1 for the newest 25 and fall to 1/n", () => {
    expect(recencyWeights(3)).toEqual([1, 1, 1]);
    const weights = recencyWeights(50);
    expect([weights[0], weights[24], weights[49]]).toEqual([0.02, 1, 1]);
    expect(weights).toEqual(weights.toSorted((a, b) => a - b));
  });
});
