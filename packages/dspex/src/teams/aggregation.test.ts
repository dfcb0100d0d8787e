import { canonicalJson, seededRandom, type Json } from "@mabeam/foundation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aggregate, jointConfidence, type Aggregation } from "./aggregation.ts";
import type { Writing } from "./blackboard.ts";

const odd: Json[] = ["__proto__", "constructor", "toString", "", "yes", "no", 0, 1, true, null, ["a"], { a: 1 }, {}];

interface Vote {
  readonly value: Json;
  readonly confidence: number | undefined;
  readonly weight: number;
}

/** Confidences and weights in sixteenths, so that sums are exact and ties are ties. */
const sixteenth = fc.integer({ min: 0, max: 16 }).map((n) => n / 16);
const votesOf = (value: fc.Arbitrary<Json>) =>
  fc.array(
    fc.record({
      value,
      confidence: fc.option(sixteenth, { nil: undefined }),
      weight: fc.oneof(fc.constant(0), sixteenth),
    }),
    { minLength: 1, maxLength: 8 },
  );
const anyVotes = votesOf(fc.constantFrom(...odd));

const writingsOf = (votes: readonly Vote[]): Writing[] =>
  votes.map(({ value, confidence }, index) => ({
    agent: `m${index}`,
    round: 1,
    outputs: { label: value, ...(confidence === undefined ? {} : { confidence }) },
  }));
const weightsOf = (votes: readonly Vote[]) => new Map(votes.map(({ weight }, index) => [`m${index}`, weight]));
const settle = (votes: readonly Vote[], rule: Aggregation, weights = weightsOf(votes)): unknown =>
  aggregate("label", writingsOf(votes), rule, weights);

/** The value with most weight, the earliest of equals; without any weight the first. */
function mostOf(votes: readonly Vote[], weigh: (vote: Vote) => number): { best: Json; tied: boolean } {
  const totals = new Map<string, { value: Json; weight: number }>();
  for (const vote of votes) {
    const text = canonicalJson(vote.value);
    const known = totals.get(text) ?? { value: vote.value, weight: 0 };
    totals.set(text, { ...known, weight: known.weight + weigh(vote) });
  }
  const most = Math.max(...[...totals.values()].map(({ weight }) => weight));
  const leaders = [...totals.values()].filter(({ weight }) => weight === most);
  return { best: leaders[0]?.value as Json, tied: leaders.length > 1 };
}

const voices: Record<"majority" | "weighted", (vote: Vote) => number> = {
  majority: () => 1,
  weighted: ({ weight, confidence = 1 }) => weight * confidence,
};

describe.each(["majority", "weighted"] as const)("%s", (rule) => {
  test("gives the value with most votes, the earliest of equals, whatever the values look like", () => {
    fc.assert(
      fc.property(anyVotes, (votes) => {
        expect(settle(votes, rule)).toEqual(mostOf(votes, voices[rule]).best);
      }),
    );
  });

  test("does not depend on the order of the members, unless there is a tie", () => {
    fc.assert(
      fc.property(anyVotes, fc.integer(), (votes, seed) => {
        fc.pre(!mostOf(votes, voices[rule]).tied);
        expect(settle(seededRandom(seed).shuffle(votes), rule)).toEqual(settle(votes, rule));
      }),
    );
  });

  test("takes the first one's word when nobody's counts", () => {
    fc.assert(
      fc.property(anyVotes, (votes) => {
        const mute = votes.map((vote) => ({ ...vote, confidence: 0, weight: 0 }));
        expect(settle(mute, "weighted")).toEqual(mute[0]?.value);
      }),
    );
  });
});

describe("weighted", () => {
  test("a member of weight 0 is as if it had not written, as long as somebody else's vote counts", () => {
    fc.assert(
      fc.property(anyVotes, fc.constantFrom(...odd), (votes, value) => {
        fc.pre(votes.some((vote) => voices.weighted(vote) > 0));
        const mute: Vote = { value, confidence: 1, weight: 0 };
        fc.pre(!mostOf(votes, voices.weighted).tied);
        expect(settle([mute, ...votes], "weighted")).toEqual(settle(votes, "weighted"));
      }),
    );
  });

  test("a member without weight of its own has 1", () => {
    const votes: Vote[] = [
      { value: "no", confidence: 0.75, weight: 1 },
      { value: "yes", confidence: 1, weight: 1 },
    ];
    expect(settle(votes, "weighted", new Map())).toBe("yes");
    expect(settle(votes, "weighted", new Map([["m1", 0.5]]))).toBe("no");
  });

  test("confidence outside 0 to 1 counts as 0 or 1: who exaggerates gains nothing and breaks nothing", () => {
    const votes = (liar: number): Vote[] => [
      { value: "no", confidence: 1, weight: 1 },
      { value: "no", confidence: 1, weight: 1 },
      { value: "yes", confidence: liar, weight: 1 },
    ];
    for (const liar of [-5, 95, Number.MAX_VALUE]) {
      expect(settle(votes(liar), "weighted")).toBe("no");
      expect(settle(votes(liar), "highest_confidence")).toBe("no");
      const joint = jointConfidence("label", "yes", writingsOf(votes(liar)), new Map());
      expect(joint).toBeCloseTo(liar < 0 ? 0 : 1 / 3, 12);
    }
  });
});

describe("highest_confidence", () => {
  test("gives the value of the surest, the earliest of equals; who does not say is sure", () => {
    fc.assert(
      fc.property(anyVotes, (votes) => {
        const sure = votes.map(({ confidence = 1 }) => confidence);
        expect(settle(votes, "highest_confidence")).toEqual(votes[sure.indexOf(Math.max(...sure))]?.value);
      }),
    );
  });
});

describe("median and mean", () => {
  const numbers = votesOf(fc.integer({ min: -1000, max: 1000 }));

  test("are those of the numbers written, in whatever order", () => {
    fc.assert(
      fc.property(numbers, (votes) => {
        const sorted = votes.map(({ value }) => value as number).toSorted((a, b) => a - b);
        const middle = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]] as [number, number];
        expect(settle(votes, "median")).toBe((middle[0] + middle[1]) / 2);
        const mean = sorted.reduce((sum, each) => sum + each, 0) / sorted.length;
        expect(settle(votes, "mean")).toBeCloseTo(mean, 9);
        expect(settle(votes.toReversed(), "median")).toBe(settle(votes, "median"));
      }),
    );
  });
});

describe("values", () => {
  test("that are equal as JSON are one, in whatever order their keys come", () => {
    const values: Json[] = ["x", { a: 1, b: 2 }, { b: 2, a: 1 }];
    expect(
      settle(
        values.map((value) => ({ value, confidence: 1, weight: 1 })),
        "majority",
      ),
    ).toEqual({ a: 1, b: 2 });
  });

  test("that are dates are told apart by their time", () => {
    const days = [1, 2, 1, 3].map((day) => new Date(Date.UTC(2026, 0, day)));
    const writings = days.map((label, index) => ({ agent: `m${index}`, round: 1, outputs: { label } }));
    expect(aggregate("label", writings, "majority", new Map())).toEqual(days[0]);
    expect(jointConfidence("label", days[0], writings, new Map())).toBe(0.5);
  });

  test("of a single writer are passed on as they are, by every rule", () => {
    const only = Object.freeze({ deep: ["value"] });
    for (const rule of ["majority", "weighted", "highest_confidence", "median", "mean"] as const) {
      expect(settle([{ value: only, confidence: 0, weight: 0 }], rule)).toBe(only);
    }
  });
});

describe("joint confidence", () => {
  test("is the weighted mean of the confidence of those who agree, the others counting 0: always within [0, 1]", () => {
    fc.assert(
      fc.property(anyVotes, fc.constantFrom(...odd), (votes, value) => {
        const joint = jointConfidence("label", value, writingsOf(votes), weightsOf(votes));
        expect(joint).toBeGreaterThanOrEqual(0);
        expect(joint).toBeLessThanOrEqual(1);
        const total = votes.reduce((sum, { weight }) => sum + weight, 0);
        const agreeing = votes
          .filter((vote) => canonicalJson(vote.value) === canonicalJson(value))
          .reduce((sum, { weight, confidence = 1 }) => sum + weight * confidence, 0);
        expect(joint).toBeCloseTo(total === 0 ? 0 : agreeing / total, 12);
      }),
    );
  });
});
