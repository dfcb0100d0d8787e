/**
 * Candidates are scored on different items, and items differ in difficulty. The additive model s = μ + a(candidate) +
 * b(item), fitted by ridge regression, tells the two apart, so that candidates seen on different items compare. Pure.
 */

/** Scores by item, for each candidate. */
export type Scores = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** What is known of a candidate: its expected score on all items that were seen, and the standard error of that. */
export interface Estimate {
  readonly mean: number;
  readonly standardError: number;
  readonly items: number;
}

// As many items' worth of belief that a candidate is like the others.
const candidateRidge = 4;
const sweeps = 10;

/** Fits by Gauss–Seidel sweeps; candidates without scores are left out. */
export function additiveModel(scores: Scores): Map<string, Estimate> {
  const seen = [...scores].filter(([, byItem]) => byItem.size > 0);
  const all = seen.flatMap(([, byItem]) => [...byItem.values()]);
  if (all.length === 0) return new Map();
  const overall = all.reduce((sum, each) => sum + each, 0) / all.length;
  const candidates = new Map(seen.map(([key]) => [key, 0]));
  const items = new Map(seen.flatMap(([, byItem]) => [...byItem.keys()].map((item) => [item, 0])));
  let residual = 0;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    fitItems(seen, overall, candidates, items, itemRidge(residual, items));
    fitCandidates(seen, overall, candidates, items);
    residual = residualVariance(seen, overall, candidates, items);
  }
  return new Map(
    seen.map(([key, byItem]) => [
      key,
      {
        mean: overall + (candidates.get(key) ?? 0),
        standardError: Math.sqrt(residual / (byItem.size + candidateRidge)),
        items: byItem.size,
      },
    ]),
  );
}

/** The best linear prediction shrinks an item's effect by the ratio of noise to the spread of such effects. */
function itemRidge(residual: number, items: ReadonlyMap<number, number>): number {
  let squares = 0;
  for (const effect of items.values()) squares += effect ** 2;
  return squares === 0 ? 0.1 : Math.min(10, (residual * items.size) / squares);
}

type Seen = readonly (readonly [string, ReadonlyMap<number, number>])[];

function fitItems(
  seen: Seen,
  overall: number,
  candidates: ReadonlyMap<string, number>,
  items: Map<number, number>,
  ridge: number,
): void {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const [key, byItem] of seen) {
    for (const [item, score] of byItem) {
      const entry = sums.get(item) ?? { sum: 0, count: 0 };
      entry.sum += score - overall - (candidates.get(key) ?? 0);
      entry.count++;
      sums.set(item, entry);
    }
  }
  for (const [item, { sum, count }] of sums) items.set(item, sum / (count + ridge));
}

function fitCandidates(
  seen: Seen,
  overall: number,
  candidates: Map<string, number>,
  items: ReadonlyMap<number, number>,
): void {
  for (const [key, byItem] of seen) {
    let sum = 0;
    for (const [item, score] of byItem) sum += score - overall - (items.get(item) ?? 0);
    candidates.set(key, sum / (byItem.size + candidateRidge));
  }
}

function residualVariance(
  seen: Seen,
  overall: number,
  candidates: ReadonlyMap<string, number>,
  items: ReadonlyMap<number, number>,
): number {
  let [squares, count, spread] = [0, 0, 0];
  for (const [key, byItem] of seen) {
    for (const [item, score] of byItem) {
      spread += (score - overall) ** 2;
      squares += (score - overall - (candidates.get(key) ?? 0) - (items.get(item) ?? 0)) ** 2;
      count++;
    }
  }
  // A floor, so that a handful of equal scores is no certainty; in proportion, so that a metric's units change nothing.
  const floor = spread > 0 ? spread / (1000 * count) : 1e-4 * (overall ** 2 || 1);
  return Math.max(floor, squares / Math.max(1, count - candidates.size));
}
