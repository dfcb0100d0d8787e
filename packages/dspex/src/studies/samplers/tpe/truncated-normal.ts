/**
 * The normal distribution, cut to the unit interval: the kernel of numeric coordinates. Its mean always lies within
 * [0, 1], so that the cut never reaches into far tails and plain differences of distribution functions are accurate.
 */

const logRootTwoPi = 0.5 * Math.log(2 * Math.PI);

/**
 * The standard normal distribution function Φ, to about 1e-15 relative below 0: Hart's algorithm 5666 as in G. West,
 * "Better approximations to cumulative normal functions", Wilmott Magazine 2005.
 */
export function normalCdf(z: number): number {
  const tail = upperTail(Math.abs(z));
  return z > 0 ? 1 - tail : tail;
}

/** P(Z > z) for z ≥ 0. */
function upperTail(z: number): number {
  if (z > 37) return 0;
  const density = Math.exp((-z * z) / 2);
  if (z >= 7.07106781186547) {
    return density / (2.506628274631 * (z + 1 / (z + 2 / (z + 3 / (z + 4 / (z + 0.65))))));
  }
  const above =
    (((((0.0352624965998911 * z + 0.700383064443688) * z + 6.37396220353165) * z + 33.912866078383) * z +
      112.079291497871) *
      z +
      221.213596169931) *
      z +
    220.206867912376;
  const below =
    ((((((0.0883883476483184 * z + 1.75566716318264) * z + 16.064177579207) * z + 86.7807322029461) * z +
      296.564248779674) *
      z +
      637.333633378831) *
      z +
      793.826512519948) *
      z +
    440.413735824752;
  return (density * above) / below;
}

/** The inverse of Φ: P. J. Acklam's rational approximation (2003), refined by one step of Halley's method. */
export function normalQuantile(probability: number): number {
  if (probability <= 0) return -Infinity;
  if (probability >= 1) return Infinity;
  if (probability > 0.5) return -normalQuantile(1 - probability);
  const start = probability < 0.02425 ? tailQuantile(probability) : centralQuantile(probability - 0.5);
  // Beyond, the density underflows and there is nothing to refine by.
  if (start < -35) return start;
  const error = normalCdf(start) - probability;
  const step = error * Math.exp(logRootTwoPi + (start * start) / 2);
  return start - step / (1 + (start * step) / 2);
}

function centralQuantile(offset: number): number {
  const r = offset * offset;
  const above =
    (((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
      2.506628277459239) *
    offset;
  const below =
    ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
    1;
  return above / below;
}

function tailQuantile(probability: number): number {
  const q = Math.sqrt(-2 * Math.log(probability));
  const above =
    ((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q +
      4.374664141464968) *
      q +
    2.938163982698783;
  const below =
    (((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1;
  return above / below;
}

/** The logarithm of what normalises the density on [0, 1]: −log(σ √2π (Φ((1−μ)/σ) − Φ(−μ/σ))). `mean` in [0, 1]. */
export function logNormaliser(mean: number, deviation: number): number {
  return -Math.log(deviation * massBetween(-mean / deviation, (1 - mean) / deviation)) - logRootTwoPi;
}

/** Log density at `x` in [0, 1] of the normal (`mean`, `deviation`) cut to [0, 1]. */
export function logDensity(x: number, mean: number, deviation: number): number {
  return logNormaliser(mean, deviation) - 0.5 * ((x - mean) / deviation) ** 2;
}

/** The probability of [from, to] within [0, 1] under the cut normal. */
export function cellMass(from: number, to: number, mean: number, deviation: number): number {
  const whole = massBetween(-mean / deviation, (1 - mean) / deviation);
  return massBetween((from - mean) / deviation, (to - mean) / deviation) / whole;
}

/** A draw from the cut normal, by inversion of one uniform number. */
export function truncatedQuantile(uniform: number, mean: number, deviation: number): number {
  const low = normalCdf(-mean / deviation);
  const high = normalCdf((1 - mean) / deviation);
  const z = normalQuantile(low + uniform * (high - low));
  return Math.min(1, Math.max(0, mean + deviation * z));
}

/** Φ(to) − Φ(from), taken from the upper side where that keeps more digits. */
function massBetween(from: number, to: number): number {
  return from > 0 ? upperTail(from) - upperTail(to) : normalCdf(to) - normalCdf(from);
}
