/** The Parzen estimator: a mixture of product kernels, one around each observed configuration and one prior. */
import type { Random } from "@mabeam/foundation";
import type { Configuration } from "../../../variables/configuration.ts";
import type { Space } from "../../../variables/space.ts";
import { kernelsOf, type Kernels } from "./kernels.ts";
import type { Layout } from "./layout.ts";

/** A density over the configurations of a space. */
export interface Parzen {
  /** Log density at an encoded configuration, over the coordinates that exist in it. */
  logDensity(point: Float64Array): number;
  /** A configuration drawn from it; constraints are not looked at. */
  draw(random: Random): Configuration;
}

/**
 * The mixture around `points`, each with its weight, and the prior with weight 1.
 * Joint over all coordinates (Optuna calls it "multivariate"): one kernel is drawn, then every coordinate from it.
 */
export function parzen(
  space: Space,
  layout: Layout,
  points: readonly Float64Array[],
  weights: readonly number[],
): Parzen {
  const bandwidth = scottBandwidth(points.length, layout.coordinates.length);
  const kernels = layout.coordinates.map((coordinate, index) => {
    const places = new Float64Array(points.length);
    for (let kernel = 0; kernel < points.length; kernel++) places[kernel] = points[kernel]?.[index] as number;
    return kernelsOf(coordinate, places, bandwidth);
  });
  const all = [...weights, 1];
  const sum = all.reduce((total, weight) => total + weight, 0);
  const logWeights = Float64Array.from(all, (weight) => Math.log(weight / sum));
  const totals = new Float64Array(all.length);

  return {
    logDensity: (point) => {
      totals.set(logWeights);
      for (let index = 0; index < kernels.length; index++) {
        const place = point[index] as number;
        if (!Number.isNaN(place)) (kernels[index] as Kernels).addLogs(place, totals);
      }
      return logSum(totals);
    },
    draw: (random) => {
      const kernel = drawIndex(all, random() * sum);
      return space.settle((variable) => {
        const offset = layout.offsetOf(variable);
        return variable.decode(
          variable.coordinates.map((_, index) => (kernels[offset + index] as Kernels).draw(kernel, random)),
        );
      });
    },
  };
}

/**
 * Scott's rule for `dimensions`, from a fifth of the range down (as Optuna's multivariate estimator). The largest gap
 * to a neighbour, which is usual with one dimension at a time, was measurably worse for the joint one.
 */
function scottBandwidth(count: number, dimensions: number): number {
  return 0.2 * Math.max(1, count) ** (-1 / (dimensions + 4));
}

/** log Σ exp, without overflow; summands below double precision are not worth their exponential. */
function logSum(logs: Float64Array): number {
  let largest = -Infinity;
  for (let index = 0; index < logs.length; index++) {
    if ((logs[index] as number) > largest) largest = logs[index] as number;
  }
  let sum = 0;
  for (let index = 0; index < logs.length; index++) {
    const below = (logs[index] as number) - largest;
    if (below > -40) sum += Math.exp(below);
  }
  return largest + Math.log(sum);
}

function drawIndex(weights: readonly number[], draw: number): number {
  let rest = draw;
  const found = weights.findIndex((weight) => (rest -= weight) < 0);
  return found < 0 ? weights.length - 1 : found;
}
