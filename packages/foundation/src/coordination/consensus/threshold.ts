/**
 * `vote.threshold`: an option wins when its weight reaches a stated part of a stated base. Compared by cross
 * multiplication: at two thirds, 48 of 73 fail and 49 pass, and nothing is rounded on the way.
 */
import { invalidInput } from "../../core/errors.ts";
import { compare, decimal, product, toNumber } from "../decimal.ts";
import type { Decimal } from "../decimal.ts";
import { checkInput, checkWord, isAmount, isRecord, shown } from "../mechanism-input.ts";
import { countBallots, leadersOf, tallyRecord } from "./electorate.ts";
import type { Ballot, Count, Voter } from "./electorate.ts";

/** Which part of which weight an option needs. */
export interface Threshold {
  /** More than the part, or at least it. */
  op: ">" | ">=";
  /** The part is num / den, from 0 to 1. */
  num: number;
  den: number;
  /** The part of what: ballots with a choice, those and abstentions, or all voters. */
  base: "cast" | "present" | "eligible";
}

/** Which part of all weight must take part. */
export interface VoteQuorum {
  num: number;
  den: number;
  /** Whether abstaining is taking part. Default true. */
  countAbstentions?: boolean;
}

/** What {@link thresholdVote} takes. */
export interface ThresholdVoteInput {
  voters: readonly Voter[];
  options: readonly string[];
  ballots: readonly Ballot[];
  threshold: Threshold;
  /** Default: none is needed. */
  quorum?: VoteQuorum;
}

/** What {@link thresholdVote} gives. Weights, each the exact decimal sum as the nearest number. */
export interface ThresholdVoteOutcome {
  decided: boolean;
  winner: string | null;
  tally: Record<string, number>;
  abstained: number;
  /** Ballots that did not count, by index. */
  rejected: number[];
  /** Why there is no winner; the first that applies of `no-quorum`, `no-votes`, `threshold-not-met`, `tie`. */
  reason?: "no-quorum" | "no-votes" | "threshold-not-met" | "tie";
  /** The weight that the threshold is a part of. */
  base: number;
  /** Weight of all voters. */
  eligible: number;
}

/**
 * Counts ballots against a threshold. The first valid ballot of a voter stands; strangers, further ballots and unknown
 * choices are listed in `rejected`. Should several options reach a low threshold, the one with most weight wins, and
 * equal ones tie. With a threshold of more than half there is at most one winner, and a further vote for it never turns
 * it into a loser (May 1952). O(voters + ballots).
 *
 * @throws MabeamError `INVALID_INPUT` with reason `empty`, `duplicate-agent`, `duplicate-option`, `invalid-weight`,
 * `invalid-threshold`, `invalid-quorum`, `invalid-base` …
 */
export function thresholdVote(input: ThresholdVoteInput): ThresholdVoteOutcome {
  const { voters, options, ballots, threshold, quorum } = checkInput(input, "vote.threshold");
  const part = checkThreshold(threshold);
  const needed = quorum === undefined ? undefined : checkQuorum(quorum);
  const count = countBallots(voters, options, ballots);
  const base = count[part.base];
  const decision = decideByThreshold(count, part, needed);
  return {
    decided: "winner" in decision,
    winner: null,
    ...decision,
    tally: tallyRecord(count.tally),
    abstained: toNumber(count.abstained),
    rejected: count.rejected,
    base: toNumber(base),
    eligible: toNumber(count.eligible),
  };
}

/** The weights that a decision depends on. */
export type Weights = Pick<Count, "tally" | "cast" | "present" | "eligible">;

/** The winner, or why there is none. */
export type ThresholdDecision = { winner: string } | { reason: NonNullable<ThresholdVoteOutcome["reason"]> };

/** The decision on weights that have been added up; {@link thresholdVote} is this after counting. */
export function decideByThreshold(
  count: Weights,
  threshold: Threshold,
  quorum: VoteQuorum | undefined,
): ThresholdDecision {
  if (quorum !== undefined) {
    const taking = (quorum.countAbstentions ?? true) ? count.present : count.cast;
    if (compareToPart(taking, quorum, count.eligible) < 0) return { reason: "no-quorum" };
  }
  if (count.cast.digits === 0n) return { reason: "no-votes" };
  const { leaders, weight } = leadersOf(count.tally);
  const order = compareToPart(weight, threshold, count[threshold.base]);
  const met = threshold.op === ">" ? order > 0 : order >= 0;
  if (!met) return { reason: "threshold-not-met" };
  return leaders.length === 1 ? { winner: leaders[0] as string } : { reason: "tie" };
}

/** Compares `weight` with num / den of `base`. */
function compareToPart(weight: Decimal, { num, den }: { num: number; den: number }, base: Decimal): number {
  return compare(product(weight, decimal(den)), product(base, decimal(num)));
}

function checkThreshold(threshold: unknown): Threshold {
  if (!isRecord(threshold) || !isPart(threshold)) {
    const message = `threshold is { op, num, den, base } with 0 ≤ num ≤ den and den > 0, not ${part(threshold)}.`;
    throw invalidInput("invalid-threshold", message);
  }
  const op = checkWord(threshold["op"], [">", ">="], "op");
  const base = checkWord(threshold["base"], ["cast", "present", "eligible"], "base");
  return { op, num: threshold["num"] as number, den: threshold["den"] as number, base };
}

function checkQuorum(quorum: unknown): VoteQuorum {
  const countAbstentions = isRecord(quorum) ? (quorum["countAbstentions"] ?? true) : undefined;
  if (!isRecord(quorum) || !isPart(quorum) || typeof countAbstentions !== "boolean") {
    const message = `quorum is { num, den, countAbstentions? } with 0 ≤ num ≤ den and den > 0, not ${part(quorum)}.`;
    throw invalidInput("invalid-quorum", message);
  }
  return { num: quorum["num"] as number, den: quorum["den"] as number, countAbstentions };
}

function isPart({ num, den }: Record<string, unknown>): boolean {
  return isAmount(num) && isAmount(den) && den > 0 && num <= den;
}

function part(value: unknown): string {
  return isRecord(value) ? `${shown(value["num"])}/${shown(value["den"])}` : shown(value);
}
