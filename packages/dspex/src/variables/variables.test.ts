import { seededRandom } from "@mabeam/foundation";
import { describe, expect, test } from "vitest";
import { choice } from "./choice.ts";
import { float } from "./float.ts";
import { integer } from "./integer.ts";
import { subset } from "./subset.ts";
import { variableSuite } from "./variable.suite.ts";

variableSuite("float", [
  float("plain", { min: -2, max: 3 }),
  float("logarithmic", { min: 1e-5, max: 10, log: true }),
  float("stepped", { min: 0, max: 1, step: 0.1 }),
  float("ragged", { min: -0.25, max: 1, step: 0.3 }),
  float("point", { min: 0.5, max: 0.5 }),
  float("wide", { min: -Number.MAX_VALUE, max: Number.MAX_VALUE }),
]);
variableSuite("integer", [
  integer("plain", { min: -3, max: 9 }),
  integer("logarithmic", { min: 1, max: 4_096, log: true }),
  integer("short logarithmic", { min: 2, max: 5, log: true }),
  integer("stepped", { min: 64, max: 512, step: 64 }),
  integer("point", { min: 4, max: 4, log: true }),
]);
variableSuite("choice", [
  choice("words", ["terse", "step by step", "constructor"]),
  choice("mixed", [1, "1", true, "true"], { default: "1", weights: [0, 2, 1, 1] }),
  choice("single", [false]),
]);
variableSuite("subset", [
  subset("free", ["a", "b", "c"]),
  subset("bounded", ["a", "b", "c", "d", "e", "f"], { min: 2, max: 3 }),
  subset("required", ["a", "b", "c", "d"], { required: ["c"], max: 2 }),
  subset("fixed", ["a", "b"], { required: ["a", "b"] }),
  subset(
    "large",
    Array.from({ length: 60 }, (_, index) => index),
    { min: 20, max: 25 },
  ),
]);

describe("numbers", () => {
  test("steps give decimal numbers, not their rounding errors", () => {
    expect(float("x", { min: 0, max: 1, step: 0.1 }).values()).toEqual([
      0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
    ]);
    expect(float("x", { min: 0.05, max: 0.2, step: 0.05 }).values()).toEqual([0.05, 0.1, 0.15, 0.2]);
    expect(float("x", { min: 1e-7, max: 4e-7, step: 1e-7 }).values()).toEqual([1e-7, 2e-7, 3e-7, 4e-7]);
    const x = float("x", { min: 0, max: 1, step: 0.1 });
    expect(x.check(0.1 + 0.2)).toBeUndefined();
    expect(x.canonical(0.1 + 0.2)).toBe(0.3);
    expect(x.check(0.25)).toMatch(/multiple of 0.1/);
  });

  test("a draw is uniform over a lattice, and over ratios with log", () => {
    const random = seededRandom(5);
    const counts = new Map<number, number>();
    const stepped = integer("n", { min: 1, max: 4 });
    for (let draw = 0; draw < 4_000; draw++) {
      const value = stepped.sample(random);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(110); // 4 standard deviations
    const logarithmic = float("x", { min: 1e-4, max: 1, log: true });
    const below = Array.from({ length: 4_000 }, () => logarithmic.sample(random)).filter((x) => x < 1e-2).length;
    expect(Math.abs(below - 2_000)).toBeLessThan(130);
  });

  test("the middle is the default: arithmetic, geometric with log, on the lattice with a step", () => {
    expect(float("x", { min: 0, max: 1 }).default).toBe(0.5);
    expect(float("x", { min: 0.01, max: 1, log: true }).default).toBeCloseTo(0.1);
    expect(integer("n", { min: 0, max: 10 }).default).toBe(5);
    expect(integer("n", { min: 1, max: 1_024, log: true }).default).toBeGreaterThan(25);
    expect(integer("n", { min: 1, max: 1_024, log: true }).default).toBeLessThan(40);
  });

  test.each([
    { min: Number.NaN, max: 1 },
    { min: 0, max: Infinity },
    { min: 2, max: 1 },
    { min: 0, max: 1, step: 0 },
    { min: 0, max: 1, step: Number.NaN },
    { min: 0, max: 1, log: true },
    { min: 1, max: 2, log: true, step: 1 },
    { min: 0, max: 1, default: 2 },
    { min: 0, max: 1, step: 0.5, default: 0.3 },
  ])("bounds that make no range are refused: %o", (options) => {
    expect(() => float("x", options)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    expect(() => integer("x", options)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });

  test("an integer wants whole bounds and steps", () => {
    expect(() => integer("n", { min: 0.5, max: 2 })).toThrow(/whole numbers/);
    expect(integer("n", { min: 0, max: 2 }).check(1.5)).toMatch(/whole/);
  });
});

describe("choices and subsets", () => {
  test("weights are the chances of the options", () => {
    const random = seededRandom(2);
    const skewed = choice("c", ["a", "b", "c"], { weights: [3, 0, 1] });
    const draws = Array.from({ length: 4_000 }, () => skewed.sample(random));
    expect(draws).not.toContain("b");
    expect(Math.abs(draws.filter((each) => each === "a").length - 3_000)).toBeLessThan(110);
  });

  test("all permitted subsets are equally likely", () => {
    const random = seededRandom(3);
    const team = subset("team", ["a", "b", "c", "d"], { min: 1, max: 2, required: [] });
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 10_000; draw++) {
      const key = team.sample(random).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(120);
  });

  test("repairing a vector of bits favours no item", () => {
    const items = Array.from({ length: 12 }, (_, index) => index);
    const three = subset("three", items, { max: 3 });
    const random = seededRandom(4);
    const draws = Array.from({ length: 4_000 }, () => three.decode(items.map(() => Math.round(random()))));
    const counts = items.map((item) => draws.filter((each) => each.includes(item)).length);
    const mean = counts.reduce((sum, count) => sum + count, 0) / items.length;
    for (const count of counts) expect(Math.abs(count - mean)).toBeLessThan(0.15 * mean);
  });

  test("a subset's list may come in any order and leaves in that of the items", () => {
    const team = subset("team", ["a", "b", "c"]);
    expect(team.check(["c", "a"])).toBeUndefined();
    expect(team.canonical(["c", "a"])).toEqual(["a", "c"]);
    expect(team.check(["a", "a"])).toMatch(/twice/);
    expect(team.check(["a", "z"])).toMatch(/"z"/);
  });

  test("the default of a subset is as much as fits", () => {
    expect(subset("s", ["a", "b", "c"]).default).toEqual(["a", "b", "c"]);
    expect(subset("s", ["a", "b", "c"], { max: 2, required: ["c"] }).default).toEqual(["a", "c"]);
  });

  test.each([
    () => choice("c", []),
    () => choice("c", ["a", "a"]),
    () => choice("c", [Number.NaN]),
    () => choice("c", ["a", "b"], { weights: [1] }),
    () => choice("c", ["a", "b"], { weights: [0, 0] }),
    () => choice("c", ["a", "b"], { weights: [1, Number.NaN] }),
    () => choice("c", ["a", "b"], { default: "z" as "a" }),
    () => choice("__proto__", ["a"]),
    () => choice("", ["a"]),
    () => subset("s", []),
    () => subset("s", ["a"], { min: 2 }),
    () => subset("s", ["a", "b"], { min: 2, max: 1 }),
    () => subset("s", ["a", "b"], { required: ["a", "b"], max: 1 }),
    () => subset("s", ["a"], { required: ["z" as "a"] }),
    () => subset("s", ["a"], { max: Number.NaN }),
    () => subset("s", ["a"], { min: -1 }),
    () => subset("s", ["a"], { default: [], required: ["a"] }),
  ])("what no value fits is refused (%#)", (make) => {
    expect(make).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });
});
