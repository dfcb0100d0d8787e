/**
 * Where candidates disagree: for each example of a batch, the candidates sorted by their score on it. Buckets with the
 * widest gap between the best and the worst come first, as in DSPy's SIMBA: there is something to learn from. Pure.
 */

export interface Bucket {
  readonly item: number;
  /** Key of a candidate with the best score on the item. */
  readonly best: string;
}

/** @param scores by candidate, then by item; candidates without a score for an item do not take part in its bucket */
export function bucketsOf(
  items: readonly number[],
  scores: ReadonlyMap<string, ReadonlyMap<number, number>>,
): Bucket[] {
  return items
    .flatMap((item) => {
      const outcomes = [...scores].flatMap(([key, byItem]) => {
        const score = byItem.get(item);
        return score === undefined ? [] : [{ key, score }];
      });
      if (outcomes.length < 2) return [];
      const sorted = outcomes.toSorted((a, b) => b.score - a.score);
      const [best, worst] = [sorted[0], sorted.at(-1)];
      if (best === undefined || worst === undefined) return [];
      const mean = outcomes.reduce((sum, { score }) => sum + score, 0) / outcomes.length;
      const rank = [best.score - worst.score, best.score, best.score - mean] as const;
      return rank[0] > 0 ? [{ item, best: best.key, rank }] : [];
    })
    .toSorted((a, b) => b.rank[0] - a.rank[0] || b.rank[1] - a.rank[1] || b.rank[2] - a.rank[2] || a.item - b.item)
    .map(({ item, best }) => ({ item, best }));
}
