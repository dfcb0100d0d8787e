import { seededRandom, type Random } from "@mabeam/foundation";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { additiveModel } from "./additive-model.ts";
import { credited, thompson, type Arm } from "./arms.ts";
import { gate, looks, normalCdf, posterior } from "./gate.ts";
import { foldsOf, splitSearchSelect, stratifiedOrder } from "./split.ts";

describe("the gate", () => {
  /** Races a child that is right `delta` more often than its parent, both on the same items of varying difficulty. */
  function raced(delta: number, random: Random): { admitted: boolean; items: number } {
    const differences: number[] = [];
    const ends = looks(64);
    for (const end of ends) {
      while (differences.length < end) {
        const easy = Math.min(0.95, Math.max(0.05, 0.55 + 0.25 * random.normal()));
        const right = (chance: number): number => Number(random() < chance);
        differences.push(right(easy + delta) - right(easy));
      }
      const verdict = gate(differences, end === ends.at(-1));
      if (verdict !== "look on") return { admitted: verdict === "admit", items: end };
    }
    throw new RangeError("the last look decides");
  }

  it.each([
    [-0.2, 0, 0.01],
    [-0.1, 0, 0.04],
    [0.1, 0.45, 0.75],
    [0.2, 0.75, 1],
  ])("of children that are %d better admits between %d and %d", (delta, least, most) => {
    const random = seededRandom(`gate ${delta}`);
    const runs = Array.from({ length: 2000 }, () => raced(delta, random));
    const share = runs.filter(({ admitted }) => admitted).length / runs.length;
    expect(share).toBeGreaterThanOrEqual(least);
    expect(share).toBeLessThanOrEqual(most);
    expect(runs.reduce((sum, { items }) => sum + items, 0) / runs.length).toBeLessThan(55);
  });

  it("always decides at the last look, and looks at every item at the end", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1 }), (differences) => {
        expect(gate(differences, true)).not.toBe("look on");
        const { better, deviation } = posterior(differences);
        expect(better).toBeGreaterThanOrEqual(0);
        expect(better).toBeLessThanOrEqual(1);
        expect(deviation).toBeGreaterThan(0);
      }),
    );
    expect(looks(100)).toEqual([8, 16, 32, 64, 100]);
    expect(looks(5)).toEqual([5]);
  });

  it("uses the normal distribution as tables have it", () => {
    for (const [z, p] of [
      [0, 0.5],
      [1, 0.8413447],
      [1.96, 0.9750021],
      [-1.6448536, 0.05],
      [-4, 3.167e-5],
    ] as const) {
      expect(normalCdf(z)).toBeCloseTo(p, 6);
    }
  });
});

describe("the additive model", () => {
  it("ranks candidates rightly that were seen on items of different difficulty, where plain means do not", () => {
    const random = seededRandom(3);
    const easy = (item: number): number => (item < 50 ? 0.9 : 0.3);
    const seen = (skill: number, items: readonly number[]) =>
      new Map(items.map((item) => [item, easy(item) + skill + 0.02 * random.normal()]));
    const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
    const scores = new Map([
      ["everywhere", seen(0, range(0, 100))],
      // Worse, but on the easy items; better, but on the hard ones.
      ["worse", seen(-0.05, range(0, 50))],
      ["better", seen(0.05, range(50, 100))],
    ]);
    const mean = (key: string): number => {
      const values = [...(scores.get(key) ?? new Map<number, number>()).values()];
      return values.reduce((sum, each) => sum + each, 0) / values.length;
    };
    expect(mean("worse")).toBeGreaterThan(mean("better"));
    const model = additiveModel(scores);
    const estimate = (key: string) => model.get(key)?.mean ?? Number.NaN;
    expect(estimate("better")).toBeGreaterThan(estimate("everywhere"));
    expect(estimate("everywhere")).toBeGreaterThan(estimate("worse"));
  });

  it("gives nothing for nothing, and no certainty for few items", () => {
    expect(additiveModel(new Map([["a", new Map()]])).size).toBe(0);
    const model = additiveModel(
      new Map([
        ["a", new Map([[0, 1]])],
        ["b", new Map(Array.from({ length: 200 }, (_, item) => [item, 1]))],
      ]),
    );
    expect(model.get("a")?.standardError).toBeGreaterThan((model.get("b")?.standardError ?? 0) * 3);
  });
});

describe("the bandit over moves", () => {
  it("comes to prefer what pays, without forgetting the rest", () => {
    const random = seededRandom(1);
    const chance: Record<string, number> = { good: 0.4, bad: 0.05 };
    let arms = new Map<string, Arm>();
    for (let draw = 0; draw < 300; draw++) {
      const name = thompson(arms, ["good", "bad"], random);
      arms = credited(arms, name, random() < (chance[name] ?? 0));
    }
    expect(arms.get("good")?.tried).toBeGreaterThan(200);
    expect(arms.get("bad")?.tried).toBeGreaterThan(3);
  });
});

describe("splits", () => {
  it("deal every example once, the same way for the same seed, each prefix balanced", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.constantFrom("a", "a", "a", "b"), { minLength: 32, maxLength: 200 }),
        (seed, classes) => {
          const indices = [...classes.keys()];
          const order = stratifiedOrder(indices, (index) => classes[index] as string, seededRandom(seed));
          expect(order.toSorted((x, y) => x - y)).toEqual(indices);
          expect(stratifiedOrder(indices, (index) => classes[index] as string, seededRandom(seed))).toEqual(order);
          const half = order.slice(0, classes.length / 2);
          const share = (of: readonly number[]): number => of.filter((index) => classes[index] === "b").length;
          expect(Math.abs(2 * share(half) - share(order))).toBeLessThanOrEqual(2);
          const { search, select } = splitSearchSelect(order);
          expect([...select, ...search]).toEqual(order);
          expect(select.length).toBeGreaterThanOrEqual(16);
          for (const { items, fitTo } of foldsOf(search, 2)) {
            expect([...items, ...fitTo].toSorted((x, y) => x - y)).toEqual(search.toSorted((x, y) => x - y));
          }
        },
      ),
    );
  });

  it("refuse to split what is too little to decide anything", () => {
    expect(() => splitSearchSelect([...Array.from({ length: 31 }).keys()])).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }),
    );
  });
});
