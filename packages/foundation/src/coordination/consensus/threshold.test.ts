import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mechanisms } from "../../coordination.ts";
import { thresholdBallots } from "./running-threshold.ts";
import { thresholdVote } from "./threshold.ts";
import type { Threshold, ThresholdVoteInput, VoteQuorum } from "./threshold.ts";

const options = ["x", "y", "z"];
const ids = ["a", "b", "c", "d", "e"];
const choice = fc.constantFrom("x", "y", "z", null);
const weight = fc.integer({ min: 0, max: 4 });
const part = fc.record({ num: fc.integer({ min: 0, max: 6 }), den: fc.constant(6) });
const threshold: fc.Arbitrary<Threshold> = fc
  .tuple(part, fc.constantFrom(">", ">=" as const), fc.constantFrom("cast", "present", "eligible" as const))
  .map(([{ num, den }, op, base]) => ({ op, num, den, base }) as Threshold);
const quorum = fc.option(fc.tuple(part, fc.boolean()), { nil: undefined });
const rules = fc
  .record({ weights: fc.array(weight, { minLength: 1, maxLength: 5 }), threshold, quorum })
  .map(({ weights, threshold: needed, quorum: taking }) => ({
    voters: weights.map((voterWeight, index) => ({ id: ids[index] as string, weight: voterWeight })),
    options,
    threshold: needed,
    ...(taking && { quorum: { ...taking[0], countAbstentions: taking[1] } as VoteQuorum }),
  }));

/** The rule as the contract words it, on whole weights. */
function plainly(input: ThresholdVoteInput): { winner: string | null; reason?: string } {
  const weightOf = (id: string): number => input.voters.find((voter) => voter.id === id)?.weight ?? 0;
  const total = (of: (choice: string | null) => boolean): number =>
    input.ballots.reduce((all, ballot) => all + (of(ballot.choice) ? weightOf(ballot.voter) : 0), 0);
  const eligible = input.voters.reduce((all, voter) => all + (voter.weight ?? 1), 0);
  const cast = total((made) => made !== null);
  const present = total(() => true);
  const base = { cast, present, eligible }[input.threshold.base];
  if (input.quorum) {
    const taking = input.quorum.countAbstentions === false ? cast : present;
    if (taking * input.quorum.den < input.quorum.num * eligible) return { winner: null, reason: "no-quorum" };
  }
  if (cast === 0) return { winner: null, reason: "no-votes" };
  const { op, num, den } = input.threshold;
  const meets = options.filter((option) => {
    const votes = total((made) => made === option);
    return op === ">" ? votes * den > num * base : votes * den >= num * base;
  });
  const most = Math.max(...options.map((option) => total((made) => made === option)));
  const best = meets.filter((option) => total((made) => made === option) === most);
  if (best.length === 0) return { winner: null, reason: "threshold-not-met" };
  return best.length === 1 ? { winner: best[0] as string } : { winner: null, reason: "tie" };
}

const yesOrNo = (yes: number, of: number): ThresholdVoteInput => {
  const voters = Array.from({ length: of }, (_, index) => ({ id: `v${index}` }));
  const ballots = voters.map(({ id }, index) => ({ voter: id, choice: index < yes ? "yes" : "no" }));
  return { voters, options: ["yes", "no"], ballots, threshold: { op: ">=", num: 2, den: 3, base: "cast" } };
};

describe("vote.threshold", () => {
  it("decides as the rule says, for every base, quorum and weight", () => {
    fc.assert(
      fc.property(
        rules,
        fc.array(choice, { minLength: 5, maxLength: 5 }),
        fc.nat({ max: 5 }),
        (rule, choices, voting) => {
          const ballots = rule.voters
            .slice(0, voting)
            .map(({ id }, at) => ({ voter: id, choice: choices[at] ?? null }));
          const { winner, reason, decided } = thresholdVote({ ...rule, ballots });
          expect({ winner, ...(reason && { reason }) }).toEqual(plainly({ ...rule, ballots }));
          expect(decided).toBe(winner !== null);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("at two thirds, 48 of 73 fail and 49 pass", () => {
    expect(thresholdVote(yesOrNo(48, 73))).toMatchObject({ decided: false, reason: "threshold-not-met" });
    expect(thresholdVote(yesOrNo(49, 73))).toMatchObject({ decided: true, winner: "yes" });
  });

  it("strangers, further ballots and unknown choices never count, and a good ballot after a bad one does", () => {
    const ballots = [
      { voter: "stranger", choice: "x" },
      { voter: "a", choice: "q" },
      { voter: "a", choice: "x" },
      { voter: "a", choice: "y" },
      null,
      { voter: "b", choice: ["x"] },
      { voter: "b", choice: null },
    ];
    const input = {
      voters: [{ id: "a" }, { id: "b" }],
      options,
      ballots,
      threshold: { op: ">", num: 1, den: 2, base: "cast" },
    };
    expect(thresholdVote(input as unknown as ThresholdVoteInput)).toEqual({
      decided: true,
      winner: "x",
      tally: { x: 1, y: 0, z: 0 },
      abstained: 1,
      rejected: [0, 1, 3, 4, 5],
      base: 1,
      eligible: 2,
    });
  });

  it("three times 0.1 ties with 0.3, and giant weights neither overflow nor hide a winner", () => {
    const vote = (weights: number[], num: number, den: number): object => {
      const voters = weights.map((voterWeight, index) => ({ id: `v${index}`, weight: voterWeight }));
      const ballots = voters.map(({ id }, index) => ({ voter: id, choice: index === 0 ? "x" : "y" }));
      return thresholdVote({ voters, options, ballots, threshold: { op: ">=", num, den, base: "cast" } });
    };
    expect(vote([0.3, 0.1, 0.1, 0.1], 1, 2)).toMatchObject({ reason: "tie", tally: { x: 0.3, y: 0.3 } });
    expect(vote([1.7e308, 1.7e308, 1.7e308], 2, 3)).toMatchObject({ winner: "y", tally: { y: Number.MAX_VALUE } });
  });

  it("a vote that settled early ends the same whatever the rest do, and one that did not can still change", () => {
    fc.assert(
      fc.property(
        rules,
        fc.array(choice, { minLength: 5, maxLength: 5 }),
        fc.nat({ max: 4 }),
        (rule, choices, heard) => {
          const running = thresholdBallots(rule);
          const cast = rule.voters.slice(0, heard).map(({ id }, at) => ({ voter: id, choice: choices[at] ?? null }));
          for (const ballot of cast) running.add(ballot.voter, ballot.choice);
          const ends = new Set(
            completions(rule.voters.slice(heard).map(({ id }) => id)).map((rest) =>
              JSON.stringify(plainly({ ...rule, ballots: [...cast, ...rest] })),
            ),
          );
          const winners = new Set([...ends].map((end) => (JSON.parse(end) as { winner: string | null }).winner));
          if (running.isSettled()) expect(winners.size).toBe(1);
          else expect(ends.size).toBeGreaterThan(1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("refuses a bad configuration with its reason", () => {
    const good = yesOrNo(1, 2);
    for (const [change, reason] of [
      [{ voters: [] }, "empty"],
      [{ options: [] }, "empty"],
      [{ voters: [{ id: "a" }, { id: "a" }] }, "duplicate-agent"],
      [{ voters: [{ id: "" }] }, "invalid-voter"],
      [{ voters: [{ id: "a", weight: -1 }] }, "invalid-weight"],
      [{ voters: [{ id: "a", weight: Infinity }] }, "invalid-weight"],
      [{ options: ["yes", "yes"] }, "duplicate-option"],
      [{ options: [1] }, "invalid-option"],
      [{ ballots: undefined }, "not-a-list"],
      [{ threshold: { ...good.threshold, num: NaN } }, "invalid-threshold"],
      [{ threshold: { ...good.threshold, den: 0 } }, "invalid-threshold"],
      [{ threshold: { ...good.threshold, op: "=" } }, "invalid-op"],
      [{ threshold: { ...good.threshold, base: "all" } }, "invalid-base"],
      [{ quorum: { num: 2, den: 1 } }, "invalid-quorum"],
      [{ quorum: { num: 1, den: 2, countAbstentions: "no" } }, "invalid-quorum"],
    ] as const) {
      const refused = expect.objectContaining({
        code: "INVALID_INPUT",
        details: expect.objectContaining({ reason }) as object,
      });
      expect(() => thresholdVote({ ...good, ...change } as never), reason).toThrow(refused as Error);
    }
    for (const input of [null, 7, "x", []]) expect(() => thresholdVote(input as never)).toThrow();
  });

  it("an option or voter may be called __proto__, and the count still shows it", () => {
    const input = {
      voters: [{ id: "__proto__", weight: 2 }, { id: "constructor" }],
      options: ["__proto__", "toString"],
      ballots: [
        { voter: "__proto__", choice: "__proto__" },
        { voter: "toString", choice: "toString" },
      ],
      threshold: { op: ">", num: 1, den: 2, base: "eligible" },
    } as const;
    const outcome = thresholdVote(input);
    expect(outcome).toMatchObject({ winner: "__proto__", rejected: [1] });
    expect(JSON.stringify(outcome.tally)).toBe('{"__proto__":2,"toString":0}');
  });

  it("is found under its name, and the record of mechanisms cannot be changed", () => {
    expect(mechanisms["vote.threshold"]).toBe(thresholdVote);
    expect(Object.isFrozen(mechanisms)).toBe(true);
  });
});

/** Everything that these voters can do: choose, abstain, stay away. */
function completions(voters: string[]): { voter: string; choice: string | null }[][] {
  const [first, ...rest] = voters;
  if (first === undefined) return [[]];
  return completions(rest).flatMap((tail) => [
    tail,
    ...[...options, null].map((made) => [{ voter: first, choice: made }, ...tail]),
  ]);
}
