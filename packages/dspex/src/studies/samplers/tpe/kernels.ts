/**
 * The kernels of one coordinate, one per observation and the prior's last. An observation in whose configuration the
 * coordinate does not exist has the prior's kernel: the activity pattern is part of the joint kernel, and branches
 * share what they have in common.
 */
import type { Coordinate } from "../../../variables/variable.ts";
import { cellMass, logNormaliser, truncatedQuantile } from "./truncated-normal.ts";

/** All kernels of one coordinate. */
export interface Kernels {
  /** Adds the logarithm of each kernel's density (or probability) at `place` to `totals`. */
  addLogs(place: number, totals: Float64Array): void;
  /** A place drawn from one kernel. */
  draw(kernel: number, random: () => number): number;
}

/**
 * Kernels around `places` (`NaN`: does not exist there).
 * @param bandwidth the standard deviation of numeric kernels, in (0, 1]
 */
export function kernelsOf(coordinate: Coordinate, places: Float64Array, bandwidth: number): Kernels {
  if (coordinate.kind === "categorical") return categoricalKernels(coordinate.levels, places);
  const { levels } = coordinate;
  const logs = levels === undefined ? continuousLogs(places, bandwidth) : latticeLogs(levels, places, bandwidth);
  return {
    addLogs: logs,
    draw: (kernel, random) => {
      const mean = kernel < places.length ? (places[kernel] as number) : Number.NaN;
      return Number.isNaN(mean)
        ? truncatedQuantile(random(), priorMean, priorDeviation)
        : truncatedQuantile(random(), mean, bandwidth);
    },
  };
}

// The prior of a number: nearly flat, a little higher in the middle.
const priorMean = 0.5;
const priorDeviation = 1;

function continuousLogs(places: Float64Array, bandwidth: number): Kernels["addLogs"] {
  const count = places.length + 1;
  // The prior's parameters wherever there is no observation, so that the inner loop has no branch.
  const means = new Float64Array(count).fill(priorMean);
  const slopes = new Float64Array(count).fill(Math.SQRT1_2 / priorDeviation);
  const normalisers = new Float64Array(count).fill(logNormaliser(priorMean, priorDeviation));
  for (const [kernel, place] of places.entries()) {
    if (Number.isNaN(place)) continue;
    means[kernel] = place;
    slopes[kernel] = Math.SQRT1_2 / bandwidth;
    normalisers[kernel] = logNormaliser(place, bandwidth);
  }
  return (place, totals) => {
    for (let kernel = 0; kernel < count; kernel++) {
      const z = (place - (means[kernel] as number)) * (slopes[kernel] as number);
      totals[kernel] = (totals[kernel] as number) + (normalisers[kernel] as number) - z * z;
    }
  };
}

/** Each value's probability is that of its whole cell. */
function latticeLogs(levels: number, places: Float64Array, bandwidth: number): Kernels["addLogs"] {
  const columns = new Map<number, Float64Array>();
  const column = (level: number): Float64Array => {
    const known = new Map<number, number>();
    const logMass = (mean: number, deviation: number): number =>
      Math.log(Math.max(Number.MIN_VALUE, cellMass(level / levels, (level + 1) / levels, mean, deviation)));
    const prior = logMass(priorMean, priorDeviation);
    const logs = new Float64Array(places.length + 1).fill(prior);
    for (const [kernel, place] of places.entries()) {
      if (Number.isNaN(place)) continue;
      const log = known.get(place) ?? logMass(place, bandwidth);
      known.set(place, log);
      logs[kernel] = log;
    }
    return logs;
  };
  return (place, totals) => {
    const level = Math.min(levels - 1, Math.floor(place * levels));
    const logs = columns.get(level) ?? column(level);
    columns.set(level, logs);
    for (let kernel = 0; kernel < totals.length; kernel++) {
      totals[kernel] = (totals[kernel] as number) + (logs[kernel] as number);
    }
  };
}

/** One count for what was observed, and one prior count spread evenly over levels and kernels. */
function categoricalKernels(levels: number, places: Float64Array): Kernels {
  const leak = 1 / (places.length + 1);
  const total = 1 + levels * leak;
  const [hit, miss, flat] = [Math.log((1 + leak) / total), Math.log(leak / total), -Math.log(levels)];
  const logAt = (observed: number, place: number): number =>
    observed === place ? hit : Number.isNaN(observed) ? flat : miss;
  return {
    addLogs: (place, totals) => {
      for (let kernel = 0; kernel < places.length; kernel++) {
        totals[kernel] = (totals[kernel] as number) + logAt(places[kernel] as number, place);
      }
      totals[places.length] = (totals[places.length] as number) + flat;
    },
    draw: (kernel, random) => {
      const observed = kernel < places.length ? (places[kernel] as number) : Number.NaN;
      const uniform = Math.floor(random() * levels);
      return Number.isNaN(observed) || random() < (levels * leak) / total ? uniform : observed;
    },
  };
}
