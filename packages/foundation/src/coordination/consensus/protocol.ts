/** `majority` and `weighted`: agents vote, `vote.threshold` decides. */
import { invalidInput } from "../../core/errors.ts";
import { checkList, isRecord, shown } from "../mechanism-input.ts";
import type { Protocol, Round } from "../protocol.ts";
import type { Ballot } from "./electorate.ts";
import { thresholdBallots } from "./running-threshold.ts";
import { thresholdVote } from "./threshold.ts";
import type { Threshold, ThresholdVoteOutcome, VoteQuorum } from "./threshold.ts";

/** Configuration of `majority`. */
export interface MajorityConfig {
  options: readonly string[];
  /** Default: more than half of the votes cast. */
  threshold?: Threshold;
  /** Which part of the participants (for `weighted`: of their weight) must answer. Default: none. */
  quorum?: VoteQuorum;
}

/** Configuration of `weighted`. */
export interface WeightedConfig extends MajorityConfig {
  /** Weight by agent id, a decimal ≥ 0; 1 for participants that are not in it. Never taken from a ballot. */
  weights: Readonly<Record<string, number>>;
}

const moreThanHalf: Threshold = { op: ">", num: 1, den: 2, base: "cast" };

/** One agent, one vote. Asks `vote`; a choice of `null` abstains. */
export const majority: Protocol<MajorityConfig, ThresholdVoteOutcome> = {
  takes: ["options", "threshold", "quorum"],
  open: (config, participants) =>
    voteRound(
      config,
      participants.map((id) => ({ id })),
    ),
};

/** As {@link majority}, with weights that the caller sets. */
export const weighted: Protocol<WeightedConfig, ThresholdVoteOutcome> = {
  takes: ["options", "threshold", "quorum", "weights"],
  open: (config, participants) => {
    const { weights } = config;
    if (!isRecord(weights))
      throw invalidInput("invalid-weight", `weighted needs weights, a record by agent id, not ${shown(weights)}.`);
    const stranger = Object.keys(weights).find((agent) => !participants.includes(agent));
    if (stranger !== undefined)
      throw invalidInput("unknown-agent", `weights names ${shown(stranger)}, which does not take part.`, {
        agent: stranger,
      });
    const voters = participants.map((id) =>
      Object.hasOwn(weights, id) ? { id, weight: weights[id] as number } : { id },
    );
    return voteRound(config, voters);
  },
};

function voteRound(
  { options, threshold = moreThanHalf, quorum }: MajorityConfig,
  voters: readonly { id: string; weight?: number }[],
): Round<ThresholdVoteOutcome> {
  const rules = { voters, options, threshold, ...(quorum !== undefined && { quorum }) };
  checkList(options, "options");
  // Refuses a bad configuration now, not after everybody has answered.
  thresholdVote({ ...rules, ballots: [] });
  const ballots: Ballot[] = [];
  const running = thresholdBallots(rules);
  return {
    handler: "vote",
    options: [...options],
    answer: (voter, choice) => {
      if (choice !== null && typeof choice !== "string") return "not-a-vote";
      if (choice !== null && !options.includes(choice)) return "unknown-option";
      ballots.push({ voter, choice });
      running.add(voter, choice);
      return undefined;
    },
    miss: (agent) => running.leaveOut(agent),
    isSettled: () => running.isSettled(),
    decide: () => {
      const result = thresholdVote({ ...rules, ballots });
      if (!result.decided) return { status: "undecided", reason: result.reason as string, result };
      return { status: "decided", result, value: result.winner };
    },
  };
}
