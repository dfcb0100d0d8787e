/** Answers in prose, compared as SQuAD's evaluation does (Rajpurkar et al. 2016). */

/** Lower case, without ASCII punctuation and the articles a, an, the, words one space apart. */
export function normalizedAnswer(text: string): string {
  return text
    .toLowerCase()
    .replace(/[!-/:-@[-`{-~]/g, "")
    .replace(/\b(a|an|the)\b/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** The words of a normalized answer. */
export function answerTokens(text: string): string[] {
  const normalized = normalizedAnswer(text);
  return normalized === "" ? [] : normalized.split(" ");
}

/** The harmonic mean of precision and recall of words in common, each counted as often as it occurs; two empty ones agree. */
export function tokenF1(wanted: readonly string[], given: readonly string[]): number {
  if (wanted.length === 0 || given.length === 0) return wanted.length === given.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of given) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    common++;
  }
  return (2 * common) / (wanted.length + given.length);
}
