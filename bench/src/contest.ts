/** Runs one case: all contestants take their rounds in turn, so that a busy minute of the machine hits them alike. */
import type { Case, Figures } from "./case.ts";
import { Competitor } from "./competitor.ts";
import type { ContestantName } from "./contestant.ts";
import { machineTicks, ownTicks, shareOfOthers } from "./machine.ts";
import type { Scale } from "./scale.ts";

/** The median figures of each contestant that took part. */
export interface Standing {
  readonly figures: ReadonlyMap<ContestantName, Figures>;
  /** How much of the machine others took, from 0 to 1; unknown where the system does not tell. */
  readonly others: number | undefined;
}

/** Who competes in what. `child` is the path of the compiled `child.ts`. */
export interface Contest {
  readonly one: Case;
  readonly contestants: readonly ContestantName[];
  readonly scale: Scale;
  readonly child: string;
}

type Result = readonly [ContestantName, Figures];

/** @throws Error when a contestant's agents did not do what they were asked to */
export async function runCase(contest: Contest): Promise<Standing> {
  const [machineFrom, ownFrom] = [machineTicks(), ownTicks()];
  const rounds = Math.min(contest.one.rounds ?? contest.scale.rounds, contest.scale.rounds);
  const taken = new Map<ContestantName, Figures[]>();
  const results = contest.one.fresh === true ? freshRounds(contest, rounds) : warmRounds(contest, rounds);
  for await (const [contestant, figures] of results) {
    taken.set(contestant, [...(taken.get(contestant) ?? []), figures]);
  }
  return {
    figures: new Map([...taken].map(([contestant, all]) => [contestant, medians(all)])),
    others: shareOfOthers(machineFrom, machineTicks(), ownTicks() - ownFrom),
  };
}

/** Each in a process that has just started. */
async function* freshRounds(contest: Contest, rounds: number): AsyncGenerator<Result> {
  for (let round = 0; round < rounds; round++) {
    for (const contestant of contest.contestants) yield* warmRounds({ ...contest, contestants: [contestant] }, 1, 0);
  }
}

async function* warmRounds(
  { one, contestants, scale, child }: Contest,
  rounds: number,
  warmUps: number = one.warmUps ?? 2,
): AsyncGenerator<Result> {
  // Together: what is prepared is not measured.
  const started = await Promise.all(contestants.map((contestant) => startPeer(contestant, one.name, scale, child)));
  const competitors = started.filter((competitor) => competitor !== undefined);
  try {
    for (let round = -warmUps; round < rounds; round++) {
      for (const competitor of competitors) {
        const figures = await competitor.round();
        if (round >= 0) yield [competitor.contestant, figures];
      }
    }
  } finally {
    await Promise.all(competitors.map((competitor) => competitor.stop()));
  }
}

/** A peer from elsewhere that does not come up is left out of the case; our own contestants must. */
async function startPeer(...given: Parameters<typeof Competitor.start>): Promise<Competitor | undefined> {
  try {
    return await Competitor.start(...given);
  } catch (error) {
    if (given[0] !== "otp") throw error;
    console.error(`${given[1]} is measured without ${given[0]}: ${String(error)}`);
    return undefined;
  }
}

/** Of each figure by itself. */
function medians(rounds: readonly Figures[]): Figures {
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((figures) => figures[name] ?? Number.NaN))]));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] as number;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
