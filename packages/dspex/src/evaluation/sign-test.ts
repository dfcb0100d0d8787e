/** The exact sign test (Dixon and Mood 1946). */

/**
 * The two-sided p-value of `wins` against `losses` if both were equally likely: twice the smaller tail of the binomial
 * distribution, at most 1. Ties are left out before.
 */
export function signTest(wins: number, losses: number): number {
  const trials = wins + losses;
  const fewer = Math.min(wins, losses);
  // The logarithm of C(trials, k) / 2^trials, since that itself is too small for a number from about 1,000 trials on.
  let logTerm = -trials * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= fewer; k++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log((trials - k) / (k + 1));
  }
  return Math.min(1, 2 * tail);
}
