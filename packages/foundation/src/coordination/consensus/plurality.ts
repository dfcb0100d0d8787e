/** `vote.plurality`: the option with most weight wins, however little that is. */
import { toNumber } from "../decimal.ts";
import { checkInput, checkWord } from "../mechanism-input.ts";
import { countBallots, leadersOf, tallyRecord } from "./electorate.ts";
import type { Ballot, Voter } from "./electorate.ts";

/** What {@link pluralityVote} takes. */
export interface PluralityVoteInput {
  voters: readonly Voter[];
  options: readonly string[];
  ballots: readonly Ballot[];
  /** Among equals the first in `options`, or none. Default `option-order`. */
  tieBreak?: "none" | "option-order";
}

/** What {@link pluralityVote} gives. */
export interface PluralityVoteOutcome {
  decided: boolean;
  winner: string | null;
  tally: Record<string, number>;
  abstained: number;
  /** Ballots that did not count, by index. */
  rejected: number[];
  /** Why there is no winner: `tie` only without a tie break; `no-votes` when no weight was cast. */
  reason?: "tie" | "no-votes";
  /** The options with most weight; empty when none was cast. */
  leaders: string[];
}

/**
 * Counts ballots; the most weight wins. Rules for ballots and weights are those of `vote.threshold`. O(voters + ballots).
 * @throws MabeamError `INVALID_INPUT` with reason `empty`, `duplicate-agent`, `duplicate-option`, `invalid-weight`,
 * `invalid-tieBreak` …
 */
export function pluralityVote(input: PluralityVoteInput): PluralityVoteOutcome {
  const { voters, options, ballots, tieBreak = "option-order" } = checkInput(input, "vote.plurality");
  const rule = checkWord(tieBreak, ["none", "option-order"], "tieBreak");
  const count = countBallots(voters, options, ballots);
  const leaders = count.cast.digits === 0n ? [] : leadersOf(count.tally).leaders;
  const decided = leaders.length === 1 || (leaders.length > 1 && rule === "option-order");
  return {
    decided,
    winner: decided ? (leaders[0] as string) : null,
    tally: tallyRecord(count.tally),
    abstained: toNumber(count.abstained),
    rejected: count.rejected,
    ...(decided ? {} : { reason: leaders.length === 0 ? "no-votes" : "tie" }),
    leaders,
  };
}
