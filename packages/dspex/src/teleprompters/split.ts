/** How an optimizer divides its examples, and in which order it looks at them. Pure: everything follows from the seed. */
import { canonicalJson, invalidInput, type Random } from "@mabeam/foundation";
import type { Fields } from "../signatures/signature.ts";

/** Indices into the examples. */
export interface Split {
  /** Looked at while searching, in this order. */
  readonly search: readonly number[];
  /** Used once, to accept the result. */
  readonly select: readonly number[];
}

// So many different answers are still classes; more are taken to be free text, and not stratified.
const mostStrata = 16;

/**
 * An order in which every prefix has the classes in about their overall proportions: each class is shuffled, then the
 * classes are merged by the position that their members would have in an even spread.
 * @param stratumOf the class of an example
 */
export function stratifiedOrder(
  indices: readonly number[],
  stratumOf: (index: number) => string,
  random: Random,
): number[] {
  const strata = new Map<string, number[]>();
  for (const index of random.shuffle(indices)) {
    const stratum = stratumOf(index);
    strata.set(stratum, [...(strata.get(stratum) ?? []), index]);
  }
  if (strata.size > mostStrata) return random.shuffle(indices);
  return [...strata.values()]
    .flatMap((members) => members.map((index, place) => ({ index, at: (place + random()) / members.length })))
    .toSorted((a, b) => a.at - b.at)
    .map(({ index }) => index);
}

/** The class of an example: its wanted outputs, as a text. */
export function outputsText(example: Fields, outputs: readonly string[]): string {
  return canonicalJson(outputs.map((name) => example[name] ?? null));
}

/**
 * Search and select: a fifth, but at least 16 examples, is kept for select.
 * @throws MabeamError `INVALID_INPUT` for fewer than 32 examples
 */
export function splitSearchSelect(order: readonly number[]): Split {
  const selected = Math.max(16, Math.round(order.length / 5));
  if (order.length < 2 * 16) {
    const message = `Splitting ${order.length} examples leaves too few to search and to select; give at least 32, or a valset.`;
    throw invalidInput("too-few-examples", message, { examples: order.length });
  }
  return { select: order.slice(0, selected), search: order.slice(selected) };
}

/**
 * For programs that learn: the search examples in folds, dealt in turn so that each is as balanced as the order. A
 * program is scored on a fold when it was fitted to the others: on what it was fitted to it would look better than it
 * is, the more so the more it memorises.
 */
export function foldsOf(search: readonly number[], count: number): { items: number[]; fitTo: number[] }[] {
  return Array.from({ length: count }, (_, fold) => ({
    items: search.filter((_index, place) => place % count === fold),
    fitTo: search.filter((_index, place) => place % count !== fold),
  }));
}
