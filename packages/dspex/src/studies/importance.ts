/**
 * How much each variable matters, by PED-ANOVA (Watanabe, Bansal, Hutter, "PED-ANOVA: efficiently quantifying
 * hyperparameter importance in arbitrary subspaces", IJCAI 2023): a variable matters as far as its distribution among
 * the best trials differs from that among all trials, in Pearson's divergence. Costs nothing but arithmetic.
 */
import { checkOptions, invalidInput, seededRandom, type Random } from "@mabeam/foundation";
import type { Configuration } from "../variables/configuration.ts";
import type { Space } from "../variables/space.ts";
import type { Variable } from "../variables/variable.ts";
import { histogramSmoother, type Smoother } from "./histogram.ts";
import type { Direction, TrialState } from "./trial.ts";

/** A trial as importance sees it; without a state it counts as complete. */
export interface ImportanceTrial {
  readonly config: Configuration;
  readonly value?: number;
  readonly state?: TrialState;
}

/** Shares of importance by variable name; they sum to 1, unless nothing matters. */
export type Importance = Record<string, { value: number; interval: [low: number, high: number] }>;

/** How {@link importance} is measured. */
export interface ImportanceOptions {
  /** Of the bootstrap. @defaultValue 0 */
  seed?: number | string;
  /** The share of trials that counts as the best, in (0, 1). @defaultValue 0.2 */
  quantile?: number;
  /** @defaultValue "maximize" */
  direction?: Direction;
}

// Resamples for the interval, and shuffles for what chance alone would show.
const resamples = 60;
const shuffles = 5;
const fewestTrials = 5;

/**
 * The importance of every variable over the complete trials, a conditional one over those where it exists. What a
 * random choice of "best" trials shows on average is subtracted, so that a variable without influence is near 0. The
 * interval holds 95 % of 60 bootstrap resamples of the trials, and the value. Of a variable with fewer than five
 * trials nothing is known: value 0, interval [0, 1].
 *
 * The trials are taken for independent draws. Where they descend from one another (mutants of good ones, as a sampler
 * proposes them late in a run), a variable that does nothing is handed down with those that do, and may show a share
 * of up to a third; the interval does not warn of it. To be sure, measure over trials of the random sampler.
 * @throws MabeamError `INVALID_INPUT` for a quantile outside (0, 1)
 */
export function importance(
  trials: readonly ImportanceTrial[],
  space: Space,
  options: ImportanceOptions = {},
): Importance {
  checkOptions(options, ["seed", "quantile", "direction"], "importance");
  const { seed = 0, quantile = 0.2, direction = "maximize" } = options;
  if (!(quantile > 0 && quantile < 1)) {
    throw invalidInput("invalid-quantile", `The quantile must be between 0 and 1, not ${quantile}.`, { quantile });
  }
  const sign = direction === "maximize" ? 1 : -1;
  const complete = trials.filter((trial) => (trial.state ?? "complete") === "complete" && Number.isFinite(trial.value));
  const columns = space.variables.map((variable) => columnOf(variable, complete, space, sign, quantile));
  const random = seededRandom(seed).split("importance");

  const measured = shares(
    columns,
    complete.map((_, index) => index),
    quantile,
    random,
  );
  const bootstrap = Array.from({ length: resamples }, () =>
    shares(
      columns,
      complete.map(() => random.integer(complete.length)),
      quantile,
      random,
    ),
  );
  return Object.fromEntries(
    columns.map((column, index) => {
      const value = measured[index] as number;
      if (column.known < fewestTrials) return [column.name, { value: 0, interval: [0, 1] }];
      const draws = bootstrap.map((each) => each[index] as number).toSorted((a, b) => a - b);
      const [low, high] = [draws[Math.floor(0.025 * resamples)], draws[Math.ceil(0.975 * resamples) - 1]];
      return [column.name, { value, interval: [Math.min(value, low as number), Math.max(value, high as number)] }];
    }),
  );
}

/** One variable: in which trials it exists, their merit, and their cells on each coordinate. */
interface Column {
  readonly name: string;
  readonly known: number;
  /** By trial; `undefined` where the variable does not exist. */
  readonly entries: readonly ({ merit: number; cells: readonly number[] } | undefined)[];
  readonly smoothers: readonly Smoother[];
}

function columnOf(
  variable: Variable,
  trials: readonly ImportanceTrial[],
  space: Space,
  sign: number,
  quantile: number,
): Column {
  const places = trials.map((trial) => {
    const value = space.canonical(trial.config)[variable.name];
    return value === undefined || variable.check(value) !== undefined ? undefined : variable.encode(value);
  });
  const known = places.filter((place) => place !== undefined);
  const smoothers = variable.coordinates.map((coordinate, index) =>
    histogramSmoother(
      coordinate,
      known.map((place) => place[index] as number),
      bestCount(known.length, quantile),
    ),
  );
  const entries = places.map((place, index) =>
    place === undefined
      ? undefined
      : {
          merit: sign * (trials[index]?.value as number),
          cells: place.map((at, coordinate) => (smoothers[coordinate] as Smoother).cellOf(at)),
        },
  );
  return { name: variable.name, known: known.length, entries, smoothers };
}

const bestCount = (count: number, quantile: number): number => Math.max(1, Math.round(quantile * count));

/** The normalised importance of each column over a sample of trials. */
function shares(columns: readonly Column[], sample: readonly number[], quantile: number, random: Random): number[] {
  const raw = columns.map((column) => {
    const cells = sample
      .map((index) => column.entries[index])
      .filter((entry) => entry !== undefined)
      .toSorted((a, b) => b.merit - a.merit)
      .map((entry) => entry.cells);
    if (cells.length < fewestTrials) return 0;
    const best = bestCount(cells.length, quantile);
    let byChance = 0;
    for (let round = 0; round < shuffles; round++) {
      byChance += divergence(column.smoothers, random.shuffle(cells), best) / shuffles;
    }
    return Math.max(0, divergence(column.smoothers, cells, best) - byChance);
  });
  const sum = raw.reduce((total, value) => total + value, 0);
  return raw.map((value) => (sum > 0 ? value / sum : 0));
}

/** Σ p (q/p − 1)² over each coordinate's cells, q the density of the first `best` and p that of all (equation 13). */
function divergence(smoothers: readonly Smoother[], cells: readonly (readonly number[])[], best: number): number {
  let sum = 0;
  for (const [coordinate, smoother] of smoothers.entries()) {
    const all = smoother.density(cells.map((each) => each[coordinate] as number));
    const top = smoother.density(cells.slice(0, best).map((each) => each[coordinate] as number));
    for (const [cell, p] of all.entries()) sum += p * ((top[cell] as number) / p - 1) ** 2;
  }
  return sum;
}
