/** A real number in a range. */
import { checkOptions } from "@mabeam/foundation";
import { checkRange, numericParts } from "./numeric.ts";
import { scaleOf } from "./scale.ts";
import { defineVariable, type Variable } from "./variable.ts";

/** Bounds and shape of a {@link float}. */
export interface FloatOptions {
  /** Smallest value, included. */
  min: number;
  /** Largest value, included. */
  max: number;
  /** Search ratios instead of differences (learning rates, penalties). Needs `min` > 0 and no `step`. */
  log?: boolean;
  /** Only `min`, `min + step`, … up to `max`; rounded to the decimals of `min` and `step`. */
  step?: number;
  /** @defaultValue the middle of the range (the geometric middle with `log`), on the lattice if there is one */
  default?: number;
}

/**
 * A real number from `min` to `max`.
 * @throws MabeamError `INVALID_INPUT` for bounds that are not finite, an empty range, a step that is not above 0, a
 * logarithmic range that does not start above 0, `log` with `step`, or a default outside
 */
export function float<const Name extends string>(name: Name, options: FloatOptions): Variable<Name, number, false> {
  checkOptions(options, ["min", "max", "log", "step", "default"], "float");
  checkRange(name, options);
  return defineVariable(
    name,
    numericParts("float", options, scaleOf(options), { default: options.default, whole: false }),
  );
}
