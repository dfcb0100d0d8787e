/** Intervals by resampling (Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 13.3). */
import { checkOptions, invalidInput, seededRandom } from "@mabeam/foundation";

/** How to resample. */
export interface BootstrapOptions {
  /** Default 0. The same seed gives the same interval. */
  seed?: number;
  /** Default 1,000. */
  resamples?: number;
  /** The share of resampled values inside the interval, in (0, 1). Default 0.95. */
  level?: number;
}

/**
 * The percentile interval of `statistic` over `size` items. `statistic` is given indices of items, drawn with
 * replacement, as many as there are items.
 */
export function bootstrapInterval(
  size: number,
  statistic: (indices: Int32Array) => number,
  options: BootstrapOptions = {},
): [low: number, high: number] {
  const { seed = 0, resamples = 1000, level = 0.95 } = checkedBootstrap(options);
  const random = seededRandom(seed).split("bootstrap");
  const indices = new Int32Array(size);
  const values = new Float64Array(resamples);
  for (let round = 0; round < resamples; round++) {
    for (let place = 0; place < size; place++) indices[place] = random.integer(size);
    values[round] = statistic(indices);
  }
  values.sort();
  // As many values are cut off below as above; 25 of 1,000 at 95 %.
  const cut = Math.floor(((1 - level) / 2) * resamples + 1e-9);
  return [values[cut] as number, values[resamples - 1 - cut] as number];
}

/** @throws MabeamError `INVALID_INPUT` for a number out of its range */
export function checkedBootstrap(options: BootstrapOptions): BootstrapOptions {
  checkOptions(options, ["seed", "resamples", "level"], "The bootstrap");
  const { resamples = 1000, level = 0.95 } = options;
  if (!Number.isInteger(resamples) || resamples < 1 || resamples > 1e6) {
    throw invalidInput("invalid-number", `resamples must be a whole number from 1 to 1,000,000, not ${resamples}.`);
  }
  if (!(level > 0 && level < 1)) throw invalidInput("invalid-number", `level must be between 0 and 1, not ${level}.`);
  return options;
}
