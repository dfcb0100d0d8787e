/** Counting and drawing subsets by their size, in logarithms, so that thousands of items do not overflow. */

/** log C(n, k) for k = 0 … n. */
function logBinomials(n: number): number[] {
  const logs = [0];
  for (let k = 1; k <= n; k++) logs.push((logs[k - 1] as number) + Math.log((n - k + 1) / k));
  return logs;
}

/** How many subsets of `n` items have from `least` to `most` of them; exact below 2^53. */
export function subsetsOfSize(n: number, least: number, most: number): number {
  let [term, sum] = [1, least <= 0 ? 1 : 0];
  for (let k = 1; k <= Math.min(n, most); k++) {
    // C(n, k) from C(n, k − 1): the product is divisible, so rounding removes only the error of the division.
    term = (term * (n - k + 1)) / k;
    if (term < Number.MAX_SAFE_INTEGER) term = Math.round(term);
    if (k >= least) sum += term;
  }
  return sum;
}

/** A size from `least` to `most`, as likely as there are subsets of it. */
export function drawSize(n: number, least: number, most: number, random: () => number): number {
  const logs = logBinomials(n).slice(least, most + 1);
  const largest = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - largest));
  let draw = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    draw -= weight;
    if (draw < 0) return least + index;
  }
  return most;
}
