/**
 * Clusters of texts that are the same but for a name, a number or an address: one campaign, one newsletter template.
 * By bottom-k sketches (Broder 1997, "On the resemblance and containment of documents"), so that 6,000 mails take less
 * than a second: two texts that share a part of their sketch are compared, and joined when most of it is shared.
 */
import { hash32 } from "@mabeam/foundation";

const sketchSize = 96;
/** Estimated share of common word triples from which two texts count as one. */
const sameFrom = 0.35;
// A shingle of this many texts is boilerplate: it cannot tell a campaign, and comparing all its pairs would be slow.
const commonFrom = 80;

/** A text, and the series that it belongs to: two issues of one newsletter are one, however much their news differ. */
export type Fingerprinted = { text: string; series?: string | undefined };

/**
 * Gives each text the number of its cluster, which is the index of the cluster's first text. Texts in one cluster are
 * linked by a chain of near-duplicates or of issues of one series.
 */
export function clusterNearDuplicates(texts: readonly Fingerprinted[]): number[] {
  const sketches = texts.map(({ text }) => sketch(text));
  const parent = texts.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parent[root] !== root) root = parent[root] as number;
    parent[index] = root;
    return root;
  };
  const join = (left: number, right: number): void => {
    const [first, second] = [rootOf(left), rootOf(right)].toSorted((a, b) => a - b) as [number, number];
    parent[second] = first;
  };
  const issues = new Map<string, number>();
  for (const [index, { series }] of texts.entries()) {
    if (series === undefined) continue;
    join(issues.get(series) ?? index, index);
    issues.set(series, index);
  }
  for (const [left, right] of candidates(sketches)) {
    if (rootOf(left) === rootOf(right)) continue;
    if (resemblance(sketches[left] as number[], sketches[right] as number[]) < sameFrom) continue;
    join(left, right);
  }
  return texts.map((_, index) => rootOf(index));
}

/** The smallest hashes of a text's word triples, ascending. Numbers, addresses and links do not count as words. */
function sketch(text: string): number[] {
  const plain = text.toLowerCase().replace(/\S*(?:@|:\/\/|www\.)\S*/g, " ");
  const words = plain.match(/\p{L}{2,}/gu) ?? [];
  // Texts of one or two words are the same only if they are equal.
  if (words.length < 3) return [hash32(text.trim())];
  const hashes = new Set<number>();
  const numbers = words.slice(0, 2_000).map((word) => hash32(word));
  for (let index = 2; index < numbers.length; index++) {
    let mixed = numbers[index - 2] as number;
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) ^ (numbers[index - 1] as number);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0x297a2d39) ^ (numbers[index] as number);
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    hashes.add((mixed ^ (mixed >>> 13)) >>> 0);
  }
  return [...hashes].toSorted((a, b) => a - b).slice(0, sketchSize);
}

function* candidates(sketches: readonly number[][]): Generator<[left: number, right: number]> {
  const holders = new Map<number, number[]>();
  for (const [index, hashes] of sketches.entries()) {
    for (const hash of hashes) {
      const before = holders.get(hash);
      if (!before) {
        holders.set(hash, [index]);
        continue;
      }
      for (const other of before) yield [other, index];
      if (before.length < commonFrom) before.push(index);
    }
  }
}

/** Broder's estimate: the share of the union's smallest hashes that both hold. */
function resemblance(left: readonly number[], right: readonly number[]): number {
  let [i, j, seen, shared] = [0, 0, 0, 0];
  const limit = Math.min(sketchSize, Math.max(left.length, right.length));
  while (seen < limit && (i < left.length || j < right.length)) {
    const a = left[i] ?? Infinity;
    const b = right[j] ?? Infinity;
    if (a === b) shared += 1;
    if (a <= b) i += 1;
    if (b <= a) j += 1;
    seen += 1;
  }
  return seen === 0 ? 1 : shared / seen;
}
