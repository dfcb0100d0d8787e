import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { program } from "../programs/custom-program.ts";
import { evaluate } from "./evaluate.ts";
import { accuracy, exactMatch, f1, macroF1, mae } from "./metrics.ts";
import { normalizedAnswer } from "./text-match.ts";

describe("ready metrics", () => {
  test.each([
    [{ a: "The  Cat!" }, { a: "cat" }, 1],
    [{ a: ["dog", "a cat"] }, { a: "Cat." }, 1],
    [{ a: "cat" }, { a: "cats" }, 0],
    [{ a: "cat", b: 1 }, { a: "cat", b: 2 }, 0],
    [{ a: { x: [1], y: 2 } }, { a: { y: 2, x: [1] } }, 1],
    [{ a: new Date(0) }, { a: new Date(1) }, 0],
    [{ a: "cat", extra: 1 }, { a: "cat", other: 2 }, 1],
  ])("exact match of %j and %j is %i", (example, prediction, score) => {
    expect(exactMatch(example, prediction)).toBe(score);
    expect(exactMatch()(example, prediction as never)).toBe(score);
  });

  test.each([
    ["the quick brown fox", "a quick fox", 0.8],
    ["fox fox", "fox", 2 / 3],
    ["", "the", 1],
    ["fox", "", 0],
    ["fox", "dog", 0],
  ])("f1 of %j and %j is %f", (wanted, given, score) => {
    expect(f1({ a: wanted }, { a: given })).toBeCloseTo(score, 12);
    expect(f1("a")({ a: [wanted, "zebra"] }, { a: given } as never)).toBeCloseTo(score, 12);
  });

  test("f1 is symmetric, in [0, 1], and 1 for the same words", () => {
    const words = fc.array(fc.constantFrom("x", "y", "z", "The", "w!"), { maxLength: 6 }).map((list) => list.join(" "));
    fc.assert(
      fc.property(words, words, (a, b) => {
        const score = f1({ a }, { a: b });
        expect(score).toBe(f1({ a: b }, { a }));
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        if (normalizedAnswer(a) === normalizedAnswer(b)) expect(score).toBe(1);
      }),
    );
  });

  test("accuracy wants the very value, and a field that is not there is an error, not a zero", () => {
    expect(accuracy({ label: "Ham" }, { label: "ham" })).toBe(0);
    expect(accuracy("label")({ label: "ham", x: 1 }, { label: "ham", x: 2 } as never)).toBe(1);
    expect(() => accuracy("lable")({ label: "ham" }, { label: "ham" } as never)).toThrow("lable");
    expect(() => exactMatch({ a: 1 }, { b: 1 })).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    expect(() => mae({ y: 1 }, { y: "1" })).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });

  const labels = ["a", "b", "c"] as const;
  const answering = program({
    name: "answering",
    signature: "given -> label",
    forward: ({ given }) => {
      if (given === "fail") throw new Error("failed");
      return { label: given };
    },
  });
  const row = fc.record({ given: fc.constantFrom(...labels, "fail"), label: fc.constantFrom(...labels) });

  test("macro F1 is the mean of the labels' F1, counted one by one", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        const seen = labels.filter((each) => rows.some(({ given, label }) => given === each || label === each));
        const scores = seen.map((each) => {
          const count = (wanted: boolean, given: boolean) =>
            rows.filter((r) => (r.label === each) === wanted && (r.given === each) === given).length;
          return (2 * count(true, true)) / (2 * count(true, true) + count(true, false) + count(false, true));
        });
        const expected = scores.reduce((sum, score) => sum + score, 0) / seen.length;
        for (const metric of [macroF1("label"), macroF1]) {
          const { mean } = await evaluate(answering, rows, metric);
          if (rows.some(({ given }) => given !== "fail") || metric !== macroF1) expect(mean).toBeCloseTo(expected, 12);
        }
      }),
    );
  });

  test("macro F1 of the textbook confusion matrix", async () => {
    // scikit-learn, f1_score: y_true = [0, 1, 2, 0, 1, 2], y_pred = [0, 2, 1, 0, 0, 1], macro: 0.26…
    const rows = [
      ["a", "a"],
      ["b", "c"],
      ["c", "b"],
      ["a", "a"],
      ["b", "a"],
      ["c", "b"],
    ].map(([label, given]) => ({ label: label!, given: given! }));
    const evaluation = await evaluate(answering, rows, macroF1("label"));
    expect(evaluation.mean).toBeCloseTo(0.8 / 3, 12);
    expect(evaluation.results.map(({ score }) => score)).toEqual([1, 0, 0, 1, 0, 0]);
    expect(evaluation.interval[0]).toBeLessThan(evaluation.mean);
    expect(evaluation.interval[1]).toBeGreaterThan(evaluation.mean);
  });
});
