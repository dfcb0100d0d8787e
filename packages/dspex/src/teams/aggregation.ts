/**
 * How a team settles a field that several members wrote. Votes and numbers go to foundation's mechanisms; this file
 * turns writings into ballots and outcomes into values. Pure.
 */
import { compromise, pluralityVote } from "@mabeam/foundation/coordination";
import { canonicalJson } from "@mabeam/foundation";
import type { Writing } from "./blackboard.ts";

/**
 * - `majority`: the value that most members wrote; a tie goes to the one written first, in the order of the team.
 * - `weighted`: the same, each member counting its weight times its `confidence`.
 * - `highest_confidence`: the value of the member that is surest.
 * - `median`, `mean`: for numbers.
 */
export type Aggregation = "majority" | "weighted" | "highest_confidence" | "median" | "mean";

export const voting: readonly Aggregation[] = ["majority", "weighted", "highest_confidence"];
export const averaging: readonly Aggregation[] = ["median", "mean"];

/** The field by which a member says how sure it is, a number from 0 to 1. It accompanies the other fields it writes. */
export const confidenceField = "confidence";

/**
 * What the writings of `field` come to.
 * @param writings at least one, each with the field, in the order of the team
 * @param integer whether the field takes whole numbers only
 */
export function aggregate(
  field: string,
  writings: readonly Writing[],
  aggregation: Aggregation,
  weights: ReadonlyMap<string, number>,
  integer: boolean = false,
): unknown {
  const [first] = writings;
  if (writings.length === 1) return first?.outputs[field];
  switch (aggregation) {
    case "majority":
      return vote(field, writings, () => 1);
    case "weighted":
      return vote(field, writings, (writing) => weightOf(writing, weights) * confidenceOf(writing));
    case "highest_confidence":
      return writings.reduce((best, each) => (confidenceOf(each) > confidenceOf(best) ? each : best)).outputs[field];
    case "median":
    case "mean":
      return compromise({
        requests: writings.map(({ agent, outputs }) => ({ agent, value: outputs[field] as number })),
        method: aggregation,
        // Between two whole numbers there may be none that fits the field: half is rounded up.
        integer,
      }).value;
  }
}

/**
 * How sure the members are together of a value that was settled: the weighted mean, over all who wrote the field, of
 * the confidence of those who wrote that very value; the others count 0.
 */
export function jointConfidence(
  field: string,
  value: unknown,
  writings: readonly Writing[],
  weights: ReadonlyMap<string, number>,
): number {
  const wanted = textOf(value);
  let [agreeing, total] = [0, 0];
  for (const writing of writings) {
    const weight = weightOf(writing, weights);
    total += weight;
    if (textOf(writing.outputs[field]) === wanted) agreeing += weight * confidenceOf(writing);
  }
  return total === 0 ? 0 : Math.min(1, agreeing / total);
}

function vote(field: string, writings: readonly Writing[], weigh: (writing: Writing) => number): unknown {
  // Values may be anything that JSON can say: they are voted on by their canonical texts.
  const values = new Map(writings.map(({ outputs }) => [textOf(outputs[field]), outputs[field]]));
  const { winner } = pluralityVote({
    voters: writings.map((writing) => ({ id: writing.agent, weight: weigh(writing) })),
    options: [...values.keys()],
    ballots: writings.map(({ agent, outputs }) => ({ voter: agent, choice: textOf(outputs[field]) })),
    tieBreak: "option-order",
  });
  // Nobody's vote counted (all weights are 0): the first one's word stands.
  return winner === null ? writings[0]?.outputs[field] : values.get(winner);
}

function weightOf(writing: Writing, weights: ReadonlyMap<string, number>): number {
  return weights.get(writing.agent) ?? 1;
}

/** A member that does not say is taken to be sure; one that exaggerates is surer than nobody, and none is below 0. */
function confidenceOf(writing: Writing): number {
  const confidence = writing.outputs[confidenceField];
  return typeof confidence === "number" ? Math.min(1, Math.max(0, confidence)) : 1;
}

/** Equal values have equal texts. What has a form in JSON (a date) goes by that. */
function textOf(value: unknown): string {
  return canonicalJson(typeof value === "object" ? JSON.parse(JSON.stringify(value)) : value);
}
