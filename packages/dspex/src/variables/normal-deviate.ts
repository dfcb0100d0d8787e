/** A standard normal deviate of two uniform ones (Box–Muller), for callers that hold a plain `() => number`. */
export function normalDeviate(random: () => number): number {
  // 1 − u keeps the logarithm's argument above zero.
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
