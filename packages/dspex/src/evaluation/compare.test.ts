import { seededRandom } from "@mabeam/foundation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { program } from "../programs/custom-program.ts";
import { bootstrapInterval } from "./bootstrap.ts";
import { compare } from "./compare.ts";
import { evaluate } from "./evaluate.ts";
import { macroF1, mae } from "./metrics.ts";
import { signTest } from "./sign-test.ts";

const echo = program({
  name: "echo",
  signature: "score: number -> value: number",
  forward: ({ score }) => ({ value: score }),
});
const items = (count: number) => Array.from({ length: count }, (_, id) => ({ id, score: 0 }));
const scored = (scores: readonly number[], examples = items(scores.length)) =>
  evaluate(echo, examples, ({ id }) => scores[id] ?? 0);

describe("the sign test", () => {
  test("agrees with counting every way to part wins and losses", () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 }), fc.nat({ max: 5 }), (wins, losses) => {
        const trials = wins + losses;
        let asExtreme = 0;
        for (let ways = 0; ways < 2 ** trials; ways++) {
          const heads = ways.toString(2).replaceAll("0", "").length;
          if (Math.abs(2 * heads - trials) >= Math.abs(wins - losses)) asExtreme++;
        }
        expect(signTest(wins, losses)).toBeCloseTo(asExtreme / 2 ** trials, 10);
        expect(signTest(losses, wins)).toBe(signTest(wins, losses));
      }),
      { numRuns: 30 },
    );
  });

  test("of the textbook, and where powers of two are out of reach", () => {
    expect(signTest(8, 1)).toBeCloseTo(0.0390625, 12);
    expect(signTest(0, 0)).toBe(1);
    expect(signTest(5_000, 5_000)).toBe(1);
    // The normal approximation with continuity correction: z = 3.98.
    expect(signTest(20_400, 19_603)).toBeCloseTo(6.94e-5, 6);
  });
});

describe("the bootstrap", () => {
  test("is decided by its seed, holds the mean, and narrows with more items", () => {
    const interval = (size: number, seed: number) => {
      const random = seededRandom("values");
      const values = Array.from({ length: size }, () => random());
      const mean = (indices: Int32Array) => indices.reduce((sum, index) => sum + (values[index] as number), 0) / size;
      return bootstrapInterval(size, mean, { seed });
    };
    expect(interval(50, 1)).toEqual(interval(50, 1));
    expect(interval(50, 1)).not.toEqual(interval(50, 2));
    const [small, large] = [interval(50, 1), interval(5_000, 1)];
    expect(large[1] - large[0]).toBeLessThan((small[1] - small[0]) / 5);
    // 1.96 standard errors of a uniform deviate on each side.
    expect(((large[1] - large[0]) * Math.sqrt(12 * 5_000)) / (2 * 1.96)).toBeCloseTo(1, 1);
  });

  test.each([[{ resamples: 0 }], [{ level: 1 }], [{ level: NaN }], [{ resamples: 1.5 }]])("refuses %j", (options) => {
    expect(() => bootstrapInterval(3, () => 0, options)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });
});

describe("compare", () => {
  test("tells wins, losses and ties, and the other way round the opposite", async () => {
    const [a, b] = [await scored([1, 1, 0.5, 0]), await scored([0, 1, 1, 0])];
    const forth = compare(a, b);
    const back = compare(b, a);
    expect(forth).toMatchObject({ difference: 0.125, wins: 1, losses: 1, ties: 2, pValue: 1, significant: false });
    expect(back.interval).toEqual([-forth.interval[1], -forth.interval[0]].map((value) => expect.closeTo(value, 10)));
    expect(back.difference).toBe(-0.125);
  });

  test("pairs examples: a small gain on every one is found in spite of large differences between them", async () => {
    const random = seededRandom(1);
    const base = Array.from({ length: 40 }, () => random());
    const better = compare(await scored(base.map((score) => score + 0.01)), await scored(base));
    expect(better).toMatchObject({ wins: 40, significant: true });
    expect(better.interval[0]).toBeCloseTo(0.01, 10);
    expect(better.interval[1]).toBeCloseTo(0.01, 10);
  });

  test("does not find what is not there: at most 5 % of fair comparisons are called significant", async () => {
    const examples = items(40);
    let found = 0;
    for (let seed = 0; seed < 200; seed++) {
      const random = seededRandom(seed);
      const coin = () => examples.map(() => Number(random() < 0.7));
      if (compare(await scored(coin(), examples), await scored(coin(), examples), { resamples: 200 }).significant)
        found++;
    }
    expect(found).toBeLessThanOrEqual(10);
  });

  test("four wins of four are too few to be sure", async () => {
    expect(compare(await scored([1, 1, 1, 1]), await scored([0, 0, 0, 0]))).toMatchObject({
      pValue: 0.125,
      significant: false,
    });
  });

  test("where less is better, the lower one wins", async () => {
    const rows = Array.from({ length: 12 }, (_, score) => ({ score, value: score + 1 }));
    const near = await evaluate(echo, rows, mae("value"));
    const far = await evaluate(
      echo,
      rows.map((row) => ({ ...row })),
      mae("value"),
    );
    expect(compare(near, far)).toMatchObject({ ties: 12, difference: 0 });
    const worse = await evaluate(
      program({
        name: "worse",
        signature: "score: number -> value: number",
        forward: ({ score }) => ({ value: score - 5 }),
      }),
      rows,
      mae("value"),
    );
    expect(compare(near, worse)).toMatchObject({ wins: 12, losses: 0, difference: -5, significant: true });
    expect(() => compare(near, { ...near, direction: "maximize" })).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }),
    );
  });

  test("a metric of a whole set is compared as that", async () => {
    const labels = program({ name: "labels", signature: "given -> label", forward: ({ given }) => ({ label: given }) });
    const constant = program({ name: "constant", signature: "given -> label", forward: () => ({ label: "ham" }) });
    const rows = Array.from({ length: 30 }, (_, n) => ({
      given: n % 10 === 0 ? "spam" : "ham",
      label: n % 10 === 0 ? "spam" : "ham",
    }));
    const [right, lazy] = [
      await evaluate(labels, rows, macroF1("label")),
      await evaluate(constant, rows, macroF1("label")),
    ];
    // Always "ham" has an F1 of 54/57 there and of 0 for spam.
    const difference = expect.closeTo(1 - 54 / 57 / 2, 12);
    expect(compare(right, lazy)).toMatchObject({ difference, wins: 3, losses: 0, ties: 27 });
  });

  test("wants the same examples", async () => {
    const a = await scored([1, 0]);
    const other = await scored(
      [1, 0],
      [
        { id: 0, score: 5 },
        { id: 1, score: 5 },
      ],
    );
    expect(() => compare(a, other)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    expect(compare(a, await scored([1, 0], structuredClone(items(2)))).ties).toBe(2);
    const part = await evaluate(echo, items(2), () => 1, { order: [1] });
    expect(compare(a, part)).toMatchObject({ wins: 0, losses: 1, ties: 0 });
    const rest = await evaluate(echo, items(2), () => 1, { order: [0] });
    expect(() => compare(part, rest)).toThrow("no example in common");
  });
});
