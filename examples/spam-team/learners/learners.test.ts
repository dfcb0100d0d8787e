import { describe, expect, it } from "vitest";
import { seededRandom } from "@mabeam/foundation";
import { fitCalibration } from "./calibration.ts";
import { scoreOf } from "./linear-model.ts";
import { fitLogisticRegression } from "./logistic-regression.ts";
import { fitNaiveBayes } from "./naive-bayes.ts";
import { encode } from "./training-data.ts";

const rows = [
  ["cash", "now"],
  ["cash", "__proto__"],
  ["lunch", "now"],
  ["lunch", "constructor"],
];
const spam = [true, true, false, false];

describe("naive Bayes", () => {
  it("gives the log-odds of the textbook formula", () => {
    const model = fitNaiveBayes(encode(rows, spam, 1), 1);
    // Spam shows 4 features of 5 known, ham 4: P(cash | spam) = 3/9, P(cash | ham) = 1/9.
    expect(scoreOf(model, ["cash"])).toBeCloseTo(Math.log(3), 4);
    expect(scoreOf(model, ["now"])).toBeCloseTo(0, 4);
    expect(scoreOf(model, ["cash", "never seen"])).toBe(scoreOf(model, ["cash"]));
  });
});

describe("both learners", () => {
  it("treat a word like __proto__ as any other, also after a trip through JSON", () => {
    const models = [
      fitNaiveBayes(encode(rows, spam, 1), 1),
      fitLogisticRegression(encode(rows, spam, 1), 0.001, seededRandom(1)),
    ];
    for (const model of models) {
      const copy = JSON.parse(JSON.stringify(model)) as typeof model;
      expect(scoreOf(copy, ["__proto__"])).toBeGreaterThan(0);
      expect(scoreOf(copy, ["constructor"])).toBeLessThan(0);
    }
  });

  it("know no feature that fewer mails have than asked", () => {
    expect(encode(rows, spam, 2).vocabulary).toEqual(["cash", "now", "lunch"]);
  });
});

describe("logistic regression", () => {
  it("recovers the sign and order of the weights that made the data", () => {
    const random = seededRandom("made");
    const truth = new Map([
      ["a", 3],
      ["b", 1],
      ["c", 0],
      ["d", -2],
    ]);
    const made = Array.from({ length: 3_000 }, () => {
      const row = [...truth.keys()].filter(() => random() < 0.5);
      const logOdds =
        row.reduce((sum, feature) => sum + (truth.get(feature) as number), 0) / Math.sqrt(Math.max(row.length, 1));
      return { row, spam: random() < 1 / (1 + Math.exp(-logOdds)) };
    });
    const data = encode(
      made.map((one) => one.row),
      made.map((one) => one.spam),
      1,
    );
    const weights = new Map(fitLogisticRegression(data, 0, seededRandom(1)).weights);
    for (const [feature, weight] of truth)
      expect(Math.abs((weights.get(feature) as number) - weight)).toBeLessThan(0.5);
  });

  it("shrinks every weight under a greater penalty", () => {
    const size = (penalty: number): number =>
      fitLogisticRegression(encode(rows, spam, 1), penalty, seededRandom(1)).weights.reduce(
        (sum, [, weight]) => sum + Math.abs(weight),
        0,
      );
    expect(size(1)).toBeLessThan(size(0.01));
  });
});

describe("calibration", () => {
  it("finds the slope and offset by which scores were distorted", () => {
    const random = seededRandom("scores");
    const logOdds = Array.from({ length: 20_000 }, () => 2 * random.normal());
    const labels = logOdds.map((odds) => random() < 1 / (1 + Math.exp(-odds)));
    const { slope, offset } = fitCalibration(
      logOdds.map((odds) => 50 * odds + 30),
      labels,
    );
    expect(slope * 50).toBeCloseTo(1, 1);
    expect(slope * 30 + offset).toBeCloseTo(0, 1);
  });

  it("stays finite when scores separate the classes, or say nothing", () => {
    for (const scores of [
      [-9, -8, 8, 9],
      [0, 0, 0, 0],
    ]) {
      const { slope, offset } = fitCalibration(scores, [false, false, true, true]);
      expect(Number.isFinite(slope) && Number.isFinite(offset)).toBe(true);
    }
  });
});
