/**
 * How numbers lie on the unit interval: evenly, by their logarithm, or on a lattice of steps. Both numeric kinds
 * stand on it. On a lattice of n values each has a cell of width 1/n, so that a uniform draw of the interval is a
 * uniform draw of the values.
 */

/** Bounds of a number, both included. */
export interface Range {
  min: number;
  max: number;
  /** Spread evenly in the logarithm: ratios matter, not differences. Needs `min` > 0 and no `step`. */
  log?: boolean;
  /** Only `min`, `min + step`, `min + 2·step`, … up to `max`. */
  step?: number;
}

/** A map between numbers and the unit interval. */
export interface Scale {
  /** How many values there are; absent for a continuum. */
  readonly levels?: number;
  toUnit(value: number): number;
  /** The value whose place `unit` is; clips to [0, 1]. */
  fromUnit(unit: number): number;
}

/** The scale of a range that has been checked already. */
export function scaleOf(range: Range): Scale {
  if (range.step !== undefined) return latticeScale(range.min, range.max, range.step);
  return range.log === true ? logScale(range.min, range.max) : linearScale(range.min, range.max);
}

const clip = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

function linearScale(min: number, max: number): Scale {
  // Halves, because the whole width may exceed the largest number.
  const halfWidth = max / 2 - min / 2;
  return {
    ...(halfWidth === 0 ? { levels: 1 } : {}),
    toUnit: (value) => (halfWidth === 0 ? 0.5 : clip((value / 2 - min / 2) / halfWidth, 0, 1)),
    // Weighted by both ends, so that neither end is missed by rounding.
    fromUnit: (unit) => clip(min * (1 - clip(unit, 0, 1)) + max * clip(unit, 0, 1), min, max) + 0,
  };
}

function logScale(min: number, max: number): Scale {
  const inner = linearScale(Math.log(min), Math.log(max));
  return {
    ...(inner.levels === undefined ? {} : { levels: inner.levels }),
    toUnit: (value) => inner.toUnit(Math.log(value)),
    fromUnit: (unit) => clip(Math.exp(inner.fromUnit(unit)), min, max),
  };
}

function latticeScale(min: number, max: number, step: number): Scale {
  // A maximum that misses the lattice by rounding alone belongs to it.
  const levels = Math.floor((max - min) / step + 1e-9) + 1;
  const digits = Math.min(100, Math.max(decimals(min), decimals(step)));
  return {
    levels,
    toUnit: (value) => (clip(Math.round((value - min) / step), 0, levels - 1) + 0.5) / levels,
    fromUnit: (unit) => {
      const level = clip(Math.floor(unit * levels), 0, levels - 1);
      // Through decimal digits: 3 · 0.1 must be 0.3, not 0.30000000000000004. The sum turns −0 into 0.
      return Number((min + level * step).toFixed(digits)) + 0;
    },
  };
}

/** Decimal places of the shortest text that means `value`. */
function decimals(value: number): number {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  const fraction = mantissa.split(".")[1]?.length ?? 0;
  return Math.max(0, fraction - Number(exponent));
}
