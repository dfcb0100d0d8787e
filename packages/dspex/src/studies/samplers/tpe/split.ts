/** Which trials are the better few and which the rest. */
import type { Configuration } from "../../../variables/configuration.ts";
import type { SamplerHistory } from "../sampler.ts";
import type { Direction, FinishedTrial } from "../../trial.ts";

/** The configurations of both sides; `better` with the best first, `worse` in the order of the trials. */
export interface Split {
  readonly better: readonly Configuration[];
  readonly worse: readonly Configuration[];
}

// The density of the worse side needs no more observations; without a bound each ask would cost more than the last.
const mostWorse = 150;

/**
 * The better side is the best tenth, at most 25 (Optuna's γ), of complete and pruned trials; a pruned trial ranks
 * after all complete ones. The rest is the worse side, together with failed trials, and with running ones, which
 * count as bad until they are told (the constant liar of Ginsbourger et al. 2010): that spreads parallel workers.
 * Of more than 150 on the worse side, every second, third, … is taken.
 */
export function split(history: SamplerHistory): Split {
  const ranked = history.finished.filter(isRanked);
  const count = Math.min(Math.ceil(0.1 * ranked.length), 25);
  const better = firstOf(ranked, count, byMerit(history.direction));
  const chosen = new Set(better);
  const worse = history.finished.filter((trial) => trial.state !== "cancelled" && !chosen.has(trial));
  return {
    better: better.map((trial) => trial.config),
    worse: thinned([...worse.map((trial) => trial.config), ...history.pending]),
  };
}

/** The first `count` in order, without sorting the rest. */
function firstOf<Item>(items: readonly Item[], count: number, order: (a: Item, b: Item) => number): Item[] {
  const first: Item[] = [];
  for (const item of items) {
    const last = first[count - 1];
    if (last !== undefined && order(item, last) >= 0) continue;
    const place = first.findIndex((each) => order(item, each) < 0);
    first.splice(place < 0 ? first.length : place, 0, item);
    first.length = Math.min(first.length, count);
  }
  return first;
}

/** Evenly chosen, the newest always in. */
function thinned<Item>(items: readonly Item[]): Item[] {
  const stride = Math.ceil(items.length / mostWorse);
  return items.filter((_, index) => (items.length - 1 - index) % stride === 0);
}

/**
 * Weights of `count` observations from the oldest to the newest: the newest 25 weigh 1, older ones less, on a line
 * down to 1/count (Bergstra et al., hyperopt's linear forgetting).
 */
export function recencyWeights(count: number): number[] {
  const old = Math.max(0, count - 25);
  return Array.from({ length: count }, (_, index) => {
    if (index >= old) return 1;
    return old === 1 ? 1 / count : 1 / count + (index / (old - 1)) * (1 - 1 / count);
  });
}

const isRanked = (trial: FinishedTrial): boolean =>
  trial.value !== undefined && (trial.state === "complete" || trial.state === "pruned");

/** Best first: complete before pruned, pruned ones by how far they came, then by value; ties keep the older. */
function byMerit(direction: Direction): (a: FinishedTrial, b: FinishedTrial) => number {
  const sign = direction === "maximize" ? 1 : -1;
  return (a, b) => {
    if (a.state !== b.state) return a.state === "complete" ? -1 : 1;
    const depth = a.state === "pruned" ? lastStep(b) - lastStep(a) : 0;
    return depth || sign * ((b.value as number) - (a.value as number)) || a.number - b.number;
  };
}

const lastStep = (trial: FinishedTrial): number => trial.reports.at(-1)?.step ?? -1;
