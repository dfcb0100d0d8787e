/** The laws of `sampler.ts`, which every sampler must keep. */
import { seededRandom } from "@mabeam/foundation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { choice } from "../../variables/choice.ts";
import { float } from "../../variables/float.ts";
import { integer } from "../../variables/integer.ts";
import { space, type Space } from "../../variables/space.ts";
import { subset } from "../../variables/subset.ts";
import type { FinishedState, FinishedTrial } from "../trial.ts";
import type { Sampler, SamplerHistory } from "./sampler.ts";

const method = choice("method", ["plain", "tuned", "mixed"]);
const spaces: Record<string, Space> = {
  numbers: space([
    float("x", { min: -1, max: 1 }),
    float("log", { min: 1e-6, max: 1, log: true }),
    float("step", { min: 0, max: 1, step: 0.1 }),
    integer("n", { min: 1, max: 1_000, log: true }),
  ]),
  "choices and subsets": space([method, subset("members", ["a", "b", "c", "d", "e"], { min: 1, max: 3 })]),
  conditional: space([
    float("depth", { min: 0, max: 1 }).when("method", "tuned"),
    method,
    integer("rounds", { min: 1, max: 5 }).when("depth", (value) => (value as number) > 0.5),
  ]),
  constrained: space([float("a", { min: 0, max: 1 }), float("b", { min: 0, max: 1 })], {
    constraints: [{ name: "sum", check: ({ a, b }) => a + b <= 1, repair: ({ a, b }) => ({ a: a / 2, b: b / 2 }) }],
  }),
  "one point": space([choice("only", ["this"]), float("fixed", { min: 2, max: 2 }), subset("s", ["x"], { min: 1 })]),
  empty: space([]),
};

const state: fc.Arbitrary<FinishedState> = fc.constantFrom("complete", "complete", "pruned", "failed", "cancelled");
const value = fc.oneof(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), fc.constant(0));

/** Histories of any kind of trials of a space. */
function histories(of: Space): fc.Arbitrary<SamplerHistory> {
  return fc
    .record({
      seed: fc.nat(),
      outcomes: fc.array(fc.tuple(state, value), { maxLength: 40 }),
      pending: fc.nat(6),
      direction: fc.constantFrom("maximize" as const, "minimize" as const),
    })
    .map(({ seed, outcomes, pending, direction }) => {
      const random = seededRandom(seed);
      const finished = outcomes.map(([itsState, itsValue], number): FinishedTrial => {
        const trial = { id: `s/${number}`, number, config: of.sample(random), attrs: {} };
        const reports = itsState === "pruned" ? [{ step: number % 3, value: itsValue }] : [];
        const hasValue = itsState === "complete" || itsState === "pruned";
        return { ...trial, state: itsState, reports, ...(hasValue ? { value: itsValue } : {}) };
      });
      return { finished, pending: Array.from({ length: pending }, () => of.sample(random)), direction };
    });
}

export function samplerSuite(name: string, make: () => Sampler): void {
  describe(name, () => {
    test.each(Object.entries(spaces))("proposes valid configurations after any history (%s)", (_, of) => {
      fc.assert(
        fc.property(histories(of), fc.nat(), (history, seed) => {
          expect(of.validate(make()(history, of, seededRandom(seed)))).toEqual({ ok: true });
        }),
        { numRuns: 40 },
      );
    });

    test.each(Object.entries(spaces))("follows from history, space and chance alone (%s)", (_, of) => {
      const sampler = make();
      fc.assert(
        fc.property(histories(of), histories(of), fc.nat(), (history, another, seed) => {
          const first = sampler(history, of, seededRandom(seed));
          sampler(another, of, seededRandom(seed));
          const copy = JSON.parse(JSON.stringify(history)) as SamplerHistory;
          expect(sampler(copy, of, seededRandom(seed))).toEqual(first);
          expect(make()(history, of, seededRandom(seed))).toEqual(first);
        }),
        { numRuns: 20 },
      );
    });

    test("copes with trials of an earlier space that lacks a variable or has other values", () => {
      const earlier = space([choice("method", ["plain", "old"])]);
      fc.assert(
        fc.property(histories(earlier), fc.nat(), (history, seed) => {
          const of = spaces["conditional"] as Space;
          expect(of.validate(make()(history, of, seededRandom(seed)))).toEqual({ ok: true });
        }),
        { numRuns: 30 },
      );
    });
  });
}

/** Runs a sampler alone; gives the best value after each trial. */
export function bestSoFar(
  sampler: Sampler,
  problem: { space: Space; value(config: SamplerHistory["pending"][number]): number },
  run: { trials: number; seed: string | number },
): number[] {
  const finished: FinishedTrial[] = [];
  const root = seededRandom(run.seed);
  let best = -Infinity;
  return Array.from({ length: run.trials }, (_, number) => {
    const config = sampler({ finished, pending: [], direction: "maximize" }, problem.space, root.split("ask", number));
    const itsValue = problem.value(config);
    finished.push({ id: "", number, config, state: "complete", value: itsValue, reports: [], attrs: {} });
    return (best = Math.max(best, itsValue));
  });
}
