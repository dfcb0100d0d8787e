/**
 * Entry `@mabeam/foundation/coordination`: mechanisms, pure functions from what agents want to an outcome. All are
 * deterministic, and their outcomes plain JSON that can be logged, replayed and checked by others.
 */
import { compromise } from "./coordination/conflict/compromise.ts";
import { pluralityVote } from "./coordination/consensus/plurality.ts";
import { thresholdVote } from "./coordination/consensus/threshold.ts";

/** All mechanisms by their dotted names. */
export const mechanisms = Object.freeze({
  "vote.threshold": thresholdVote,
  "vote.plurality": pluralityVote,
  "conflict.compromise": compromise,
});

/** Name of a mechanism: a key of {@link mechanisms}. */
export type MechanismName = keyof typeof mechanisms;

export { compromise, pluralityVote, thresholdVote };
export type { CompromiseInput, CompromiseMethod, CompromiseOutcome } from "./coordination/conflict/compromise.ts";
export type { Ballot, Voter } from "./coordination/consensus/electorate.ts";
export type { PluralityVoteInput, PluralityVoteOutcome } from "./coordination/consensus/plurality.ts";
export type {
  Threshold,
  ThresholdVoteInput,
  ThresholdVoteOutcome,
  VoteQuorum,
} from "./coordination/consensus/threshold.ts";
