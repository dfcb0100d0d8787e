/** Rows of named features as numbers, encoded once for all folds of a fit. */

/** Labelled rows over a shared vocabulary; `rows[i]` holds indexes into `vocabulary`, each at most once. */
export type TrainingData = { vocabulary: readonly string[]; rows: readonly Int32Array[]; spam: readonly boolean[] };

/** Encodes rows of distinct features, leaving out those that fewer than `minimumCount` rows have. */
export function encode(
  rows: readonly (readonly string[])[],
  spam: readonly boolean[],
  minimumCount: number,
): TrainingData {
  const numbers = new Map<string, number>();
  const counts: number[] = [];
  const all = rows.map((row) =>
    Int32Array.from(row, (feature) => {
      const number = numbers.get(feature) ?? counts.length;
      if (number === counts.length) {
        numbers.set(feature, number);
        counts.push(0);
      }
      counts[number] = (counts[number] as number) + 1;
      return number;
    }),
  );
  const renumbered = new Int32Array(counts.length).fill(-1);
  const vocabulary: string[] = [];
  for (const [feature, number] of numbers) {
    if ((counts[number] as number) < minimumCount) continue;
    renumbered[number] = vocabulary.length;
    vocabulary.push(feature);
  }
  const kept = all.map((row) => row.map((number) => renumbered[number] as number).filter((number) => number >= 0));
  return { vocabulary, rows: kept, spam };
}

/** The rows whose index `keep` accepts. */
export function subset(data: TrainingData, keep: (index: number) => boolean): TrainingData {
  const chosen = <T>(all: readonly T[]): T[] => all.filter((_, index) => keep(index));
  return { vocabulary: data.vocabulary, rows: chosen(data.rows), spam: chosen(data.spam) };
}
