/** What votes on one option have in common: who may vote, with what weight, and which ballots count. */
import { invalidInput } from "../../core/errors.ts";
import { compare, decimal, sum, toNumber, zero } from "../decimal.ts";
import type { Decimal } from "../decimal.ts";
import { checkList, isAmount, isRecord, shown } from "../mechanism-input.ts";

/** A voter; the weight is 1 unless given, a decimal ≥ 0. */
export interface Voter {
  id: string;
  weight?: number;
}

/** A vote for one of the options; `null` abstains. */
export interface Ballot {
  voter: string;
  choice: string | null;
}

/** The valid ballots, added up. */
export interface Count {
  /** Weight of each option, in the order of the options. */
  tally: Map<string, Decimal>;
  abstained: Decimal;
  /** Weight of all ballots with a choice. */
  cast: Decimal;
  /** `cast` and `abstained`. */
  present: Decimal;
  /** Weight of all voters. */
  eligible: Decimal;
  /** Ballots that did not count, by index. */
  rejected: number[];
}

/**
 * Counts. The first valid ballot of a voter stands; a stranger's, a second one and one for no option are rejected.
 * @throws MabeamError `INVALID_INPUT` with reason `empty`, `duplicate-agent`, `duplicate-option`, `invalid-weight`,
 * `invalid-voter` or `invalid-option`
 */
export function countBallots(voters: unknown, options: unknown, ballots: unknown): Count {
  const weights = weightsOf(checkList(voters, "voters"));
  const chosen = optionsOf(checkList(options, "options"));
  if (!Array.isArray(ballots)) throw invalidInput("not-a-list", `ballots must be a list, not ${shown(ballots)}.`);
  const votes = new Map<string | null, Decimal[]>([[null, []]]);
  for (const option of chosen) votes.set(option, []);
  const rejected: number[] = [];
  const voted = new Set<string>();
  for (const [index, ballot] of ballots.entries()) {
    const valid = isRecord(ballot) ? validBallot(ballot, weights, votes, voted) : undefined;
    if (valid === undefined) {
      rejected.push(index);
      continue;
    }
    voted.add(valid.voter);
    valid.votes.push(weights.get(valid.voter) as Decimal);
  }
  const tally = new Map(chosen.map((option) => [option, sum(votes.get(option) as Decimal[])]));
  const abstained = sum(votes.get(null) as Decimal[]);
  const cast = sum(tally.values());
  return { tally, abstained, cast, present: sum([cast, abstained]), eligible: sum(weights.values()), rejected };
}

function validBallot(
  { voter, choice }: Record<string, unknown>,
  weights: Map<string, Decimal>,
  votes: Map<string | null, Decimal[]>,
  voted: Set<string>,
): { voter: string; votes: Decimal[] } | undefined {
  const list = votes.get(choice as string | null);
  if (typeof voter !== "string" || !weights.has(voter) || voted.has(voter) || list === undefined) return undefined;
  return { voter, votes: list };
}

/** The options with the most weight, and that weight; all of them when nobody voted. */
export function leadersOf(tally: Map<string, Decimal>): { leaders: string[]; weight: Decimal } {
  let leaders: string[] = [];
  let weight: Decimal = zero;
  for (const [option, votes] of tally) {
    const order = leaders.length === 0 ? 1 : compare(votes, weight);
    if (order > 0) [leaders, weight] = [[option], votes];
    else if (order === 0) leaders.push(option);
  }
  return { leaders, weight };
}

/** The tally as JSON. `fromEntries` defines members, so that an option may even be called `__proto__`. */
export function tallyRecord(tally: Map<string, Decimal>): Record<string, number> {
  return Object.fromEntries([...tally].map(([option, weight]) => [option, toNumber(weight)]));
}

function weightsOf(voters: unknown[]): Map<string, Decimal> {
  const weights = new Map<string, Decimal>();
  for (const voter of voters) {
    if (!isRecord(voter) || typeof voter["id"] !== "string" || voter["id"] === "")
      throw invalidInput("invalid-voter", `A voter is { id, weight? } with a non-empty id, not ${shown(voter)}.`);
    const { id, weight = 1 } = voter as { id: string; weight?: unknown };
    if (weights.has(id))
      throw invalidInput("duplicate-agent", `The voter ${shown(id)} is listed twice.`, { agent: id });
    if (!isAmount(weight)) {
      const message = `The weight of ${shown(id)} must be a finite number, not negative; it is ${shown(weight)}.`;
      throw invalidInput("invalid-weight", message, { agent: id, weight });
    }
    weights.set(id, decimal(weight));
  }
  return weights;
}

function optionsOf(options: unknown[]): string[] {
  const seen = new Set<string>();
  for (const option of options) {
    if (typeof option !== "string")
      throw invalidInput("invalid-option", `An option is a string, not ${shown(option)}.`);
    if (seen.has(option))
      throw invalidInput("duplicate-option", `The option ${shown(option)} is listed twice.`, { option });
    seen.add(option);
  }
  return [...seen];
}
