/**
 * A sequential paired test: is a child better than its parent? Both are scored on the same items, along a common
 * order; after each look the child is dropped, admitted, or looked at further. Pure.
 *
 * The difference per item has a normal posterior: prior N(0, 0.1²) on its mean, and a variance shrunk towards 0.30 with
 * the weight of 4 items. Dropped when P(δ > 0) < 0.4, admitted at once when > 0.98, at the end when > 0.75. These figures
 * are for scores that are 0 or 1 half of the time each; differences of other scores are put on that scale first, so that
 * the units of a metric change nothing.
 */

/** Where a test stands. */
export type GateVerdict = "admit" | "drop" | "look on";

const priorVariance = 0.1 ** 2;
const pseudoVariance = 0.3;
const pseudoItems = 4;

/** P(δ > 0) after these differences of child − parent, and the posterior of δ. */
export function posterior(differences: readonly number[]): { better: number; mean: number; deviation: number } {
  const n = differences.length;
  if (n === 0) return { better: 0.5, mean: 0, deviation: Math.sqrt(priorVariance) };
  const average = differences.reduce((sum, each) => sum + each, 0) / n;
  const squares = differences.reduce((sum, each) => sum + (each - average) ** 2, 0);
  const variance = (pseudoItems * pseudoVariance + squares) / (pseudoItems + n);
  const precision = 1 / priorVariance + n / variance;
  const mean = (n * average) / variance / precision;
  const deviation = Math.sqrt(1 / precision);
  return { better: normalCdf(mean / deviation), mean, deviation };
}

/** @param last whether there is nothing more to look at */
export function gate(differences: readonly number[], last: boolean): GateVerdict {
  const { better } = posterior(differences);
  if (better < 0.4) return "drop";
  if (better > 0.98) return "admit";
  if (!last) return "look on";
  return better > 0.75 ? "admit" : "drop";
}

/** What a score must be divided by to spread as much as a fair coin does; 1 if the scores do not spread at all. */
export function scaleOf(scores: readonly number[]): number {
  if (scores.length < 2) return 1;
  const mean = scores.reduce((sum, each) => sum + each, 0) / scores.length;
  const variance = scores.reduce((sum, each) => sum + (each - mean) ** 2, 0) / scores.length;
  return variance > 0 ? Math.sqrt(variance) / 0.5 : 1;
}

/** How many items have been looked at after each look: 8, 16, 32, … up to all. */
export function looks(items: number): number[] {
  const ends: number[] = [];
  for (let end = 8; end < items; end *= 2) ends.push(end);
  return [...ends, items];
}

/** Φ(z), within 1.2e-7 (Abramowitz and Stegun 1964, 7.1.26 by way of erfc: Numerical Recipes, section 6.2). */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const series = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const exponent = series.reduceRight((sum, coefficient) => sum * t + coefficient, 0);
  const tail = (t * Math.exp(-x * x + exponent)) / 2;
  return z > 0 ? 1 - tail : tail;
}
