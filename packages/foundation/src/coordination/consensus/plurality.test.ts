import fc from "fast-check";
import { expect, it } from "vitest";
import { pluralityVote } from "./plurality.ts";

const options = ["x", "y", "z"];
const voters = ["a", "b", "c", "d", "e"].map((id) => ({ id }));
const choices = fc.array(fc.constantFrom("x", "y", "z", null), { maxLength: 5 });
const vote = (made: (string | null)[], tieBreak?: "none" | "option-order") => {
  const ballots = made.map((choice, index) => ({ voter: voters[index]?.id ?? "", choice }));
  return pluralityVote({ voters, options, ballots, ...(tieBreak && { tieBreak }) });
};

it("the winner has most votes, and a tie is broken by the order of options or not at all", () => {
  fc.assert(
    fc.property(choices, (made) => {
      const count = (option: string): number => made.filter((choice) => choice === option).length;
      const most = Math.max(...options.map(count));
      const leaders = most === 0 ? [] : options.filter((option) => count(option) === most);
      const strict = vote(made, "none");
      expect(strict.tally).toEqual({ x: count("x"), y: count("y"), z: count("z") });
      expect(strict.leaders).toEqual(leaders);
      expect(strict.winner).toBe(leaders.length === 1 ? leaders[0] : null);
      expect(strict.reason).toBe(
        [undefined, undefined, "tie", "tie"][leaders.length] ?? (leaders.length === 0 ? "no-votes" : undefined),
      );
      expect(vote(made).winner).toBe(leaders[0] ?? null);
      expect(vote(made).decided).toBe(leaders.length > 0);
    }),
  );
});

it("who votes does not matter, only how many do", () => {
  fc.assert(
    fc.property(choices, (made) => {
      expect(vote(made.toReversed()).tally).toEqual(vote(made).tally);
      expect(vote(made.toReversed()).winner).toBe(vote(made).winner);
    }),
  );
});

it("weights count, bad ballots are listed, and a bad tie break is refused", () => {
  const ballots = [
    { voter: "a", choice: "x" },
    { voter: "b", choice: "y" },
    { voter: "b", choice: "y" },
    { voter: "nobody", choice: "y" },
  ];
  const input = { voters: [{ id: "a", weight: 1.5 }, { id: "b" }], options, ballots };
  expect(pluralityVote(input)).toMatchObject({ winner: "x", tally: { x: 1.5, y: 1, z: 0 }, rejected: [2, 3] });
  expect(() => pluralityVote({ ...input, tieBreak: "coin" as never })).toThrow(/tieBreak/);
});
