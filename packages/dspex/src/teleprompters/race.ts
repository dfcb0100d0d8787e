/** Races children against their parents over common items, look by look, and drops the hopeless early. */
import { gate, looks, scaleOf, type GateVerdict } from "./gate.ts";
import type { Configuration } from "../variables/configuration.ts";
import type { Scorer } from "./scorer.ts";

export interface Racer {
  readonly child: Configuration;
  readonly parent: Configuration;
}

export interface RaceResult {
  /** For each racer, whether its child beat its parent. */
  readonly admitted: readonly boolean[];
  /** Whether every look could be paid for. */
  readonly withinBudget: boolean;
}

/**
 * All look at the same items at the same time, so that the course does not depend on who is quicker.
 * @param items in the order in which they are looked at
 * @param affords whether so many more program runs are within the budget; if not, what is known decides
 */
export async function race(
  racers: readonly Racer[],
  items: readonly number[],
  scorer: Scorer,
  affords: (runs: number) => boolean,
): Promise<RaceResult> {
  const verdicts: GateVerdict[] = racers.map(() => "look on");
  let withinBudget = true;
  for (const end of looks(items.length)) {
    const seen = items.slice(0, end);
    const open = racers.filter((_, index) => verdicts[index] === "look on");
    if (open.length === 0) break;
    const configs = new Set(open.flatMap(({ parent, child }) => [parent, child]));
    const paid = affords([...configs].reduce((sum, config) => sum + scorer.unknown(config, seen).length, 0));
    withinBudget &&= paid;
    if (paid) for (const config of configs) await scorer.score(config, seen);
    const scale = scaleOf(racers.flatMap(({ parent }) => scoresOn(scorer, parent, seen)));
    for (const [index, { child, parent }] of racers.entries()) {
      if (verdicts[index] !== "look on") continue;
      const scaled = differences(scorer, child, parent, seen).map((difference) => difference / scale);
      verdicts[index] = gate(scaled, !paid || end === items.length);
    }
  }
  return { admitted: verdicts.map((verdict) => verdict === "admit"), withinBudget };
}

function scoresOn(scorer: Scorer, config: Configuration, items: readonly number[]): number[] {
  const known = scorer.known(config);
  return items.flatMap((item) => known.get(item) ?? []);
}

/** Child less parent, on the items that both have a score for. */
function differences(scorer: Scorer, child: Configuration, parent: Configuration, items: readonly number[]): number[] {
  const [ours, theirs] = [scorer.known(child), scorer.known(parent)];
  return items.flatMap((item) => {
    const [a, b] = [ours.get(item), theirs.get(item)];
    return a === undefined || b === undefined ? [] : [a - b];
  });
}
