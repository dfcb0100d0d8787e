/** A whole number in a range. */
import { checkOptions, invalidInput } from "@mabeam/foundation";
import { checkRange, numericParts } from "./numeric.ts";
import { scaleOf, type Scale } from "./scale.ts";
import { defineVariable, type Variable } from "./variable.ts";

/** Bounds and shape of an {@link integer}. */
export interface IntegerOptions {
  /** Smallest value, included. */
  min: number;
  /** Largest value, included. */
  max: number;
  /** Search ratios instead of differences (token limits, batch sizes). Needs `min` > 0 and no `step`. */
  log?: boolean;
  /** Only every so many. @defaultValue 1 */
  step?: number;
  /** @defaultValue the middle of the range (the geometric middle with `log`), on the lattice */
  default?: number;
}

/**
 * A whole number from `min` to `max`.
 * @throws MabeamError `INVALID_INPUT` for bounds or a step that are not whole numbers, and as `float` does
 */
export function integer<const Name extends string>(name: Name, options: IntegerOptions): Variable<Name, number, false> {
  checkOptions(options, ["min", "max", "log", "step", "default"], "integer");
  checkRange(name, options);
  const { min, max, step } = options;
  if (![min, max, step ?? 1].every(Number.isSafeInteger)) {
    throw invalidInput(
      "invalid-range",
      `Variable "${name}" needs whole numbers for min, max and step, not ${min}, ${max} and ${step ?? 1}.`,
      { variable: name, min, max },
    );
  }
  const scale = options.log === true && min < max ? logIntegerScale(min, max) : scaleOf({ min, max, step: step ?? 1 });
  // Not the middle of the scale below: its half steps would pull the geometric mean down.
  const middle = options.log === true ? Math.round(Math.sqrt(min * max)) : undefined;
  const parts = numericParts("integer", options, scale, { default: options.default ?? middle, whole: true });
  return defineVariable(name, parts);
}

/** Each whole number owns the logarithms that round to it: a half below the first to a half above the last. */
function logIntegerScale(min: number, max: number): Scale {
  const continuum = scaleOf({ min: min - 0.5, max: max + 0.5, log: true });
  return {
    toUnit: (value) => continuum.toUnit(value),
    fromUnit: (unit) => Math.min(max, Math.max(min, Math.round(continuum.fromUnit(unit)))),
  };
}
