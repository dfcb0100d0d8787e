/**
 * Whether a vote can still change, kept up with each ballot. What the outstanding voters can do at most is to agree: if
 * the decision is the same when all of them take any one option, all abstain and all stay away, it is the same for
 * whatever they do. For an option's part of the base grows with each vote for it, is least when all of the rest vote for
 * its strongest rival, and a quorum is hardest to reach when nobody else comes. O(options²) a ballot.
 */
import { decimal, sum, zero } from "../decimal.ts";
import type { Decimal } from "../decimal.ts";
import type { Voter } from "./electorate.ts";
import { decideByThreshold } from "./threshold.ts";
import type { Threshold, VoteQuorum, Weights } from "./threshold.ts";

/** Ballots of a vote under way. */
export interface RunningThreshold {
  add(voter: string, choice: string | null): void;
  /** This voter will not vote. */
  leaveOut(voter: string): void;
  isSettled(): boolean;
}

/** Starts with all voters outstanding. The rules have been checked. */
export function thresholdBallots(rules: {
  voters: readonly Voter[];
  options: readonly string[];
  threshold: Threshold;
  quorum?: VoteQuorum;
}): RunningThreshold {
  const weights = new Map(rules.voters.map(({ id, weight = 1 }) => [id, decimal(weight)]));
  const tally = new Map(rules.options.map((option) => [option, zero]));
  const eligible = sum(weights.values());
  let abstained = zero;
  let outstanding = eligible;

  const take = (voter: string): Decimal => {
    const weight = weights.get(voter) ?? zero;
    weights.delete(voter);
    outstanding = sum([outstanding, { ...weight, digits: -weight.digits }]);
    return weight;
  };
  const decisionIf = (choice: string | null | undefined): string => {
    const votes = new Map(tally);
    if (typeof choice === "string") votes.set(choice, sum([tally.get(choice) ?? zero, outstanding]));
    const cast = sum(votes.values());
    const present = sum([cast, abstained, choice === null ? outstanding : zero]);
    const count: Weights = { tally: votes, cast, present, eligible };
    return JSON.stringify(decideByThreshold(count, rules.threshold, rules.quorum));
  };

  return {
    add: (voter, choice) => {
      const weight = take(voter);
      if (choice === null) abstained = sum([abstained, weight]);
      else tally.set(choice, sum([tally.get(choice) ?? zero, weight]));
    },
    leaveOut: (voter) => void take(voter),
    isSettled: () => {
      if (weights.size === 0) return true;
      const present = decisionIf(undefined);
      return decisionIf(null) === present && rules.options.every((option) => decisionIf(option) === present);
    },
  };
}
