/**
 * Scores that are known already. One table serves an optimizer, its comparisons and its credit assignment, so that
 * nothing is paid for twice; whoever listens to it can write it to a journal and fill it again after a crash.
 */
import { invalidInput, type Json } from "@mabeam/foundation";
import type { AnyProgram } from "../programs/program.ts";
import { digest } from "../signatures/digest.ts";
import type { Failure, Usage } from "../programs/trace.ts";

/** What is remembered of one evaluated example: plain JSON. */
export interface ScoreEntry {
  readonly score: number;
  readonly feedback?: string;
  readonly error?: Failure;
  readonly usage: Usage;
  readonly costUsd: number;
  readonly latencyMs: number;
  /** The output fields. */
  readonly prediction?: Json;
}

/** An entry with its place, as listeners and `entries` give it. */
export interface KeyedScore {
  readonly program: string;
  readonly item: string;
  readonly sample: number;
  readonly entry: ScoreEntry;
}

/**
 * Scores by program ({@link programKey}), item ({@link exampleKey}) and sample. A table is for one metric, and for one
 * way of fitting. It forgets nothing: its size is bounded by the budget of whoever fills it.
 */
export interface ScoreTable {
  readonly size: number;
  get(program: string, item: string, sample: number): ScoreEntry | undefined;
  /** Adds an entry and tells the listeners. A place that is taken keeps its first entry. */
  set(program: string, item: string, sample: number, entry: ScoreEntry): void;
  /** Calls `listener` for each entry from now on; returns how to stop it. */
  onAdd(listener: (added: KeyedScore) => void): () => void;
  /** All entries, in the order in which they were added. */
  entries(): IterableIterator<KeyedScore>;
}

// 96 bits, so that no two keys of a table meet by chance.
const keyDigits = 24;

/** An empty table. */
export function scoreTable(): ScoreTable {
  const scores = new Map<string, KeyedScore>();
  const listeners = new Set<(added: KeyedScore) => void>();
  const place = (program: string, item: string, sample: number): string => JSON.stringify([program, item, sample]);
  return {
    get size() {
      return scores.size;
    },
    get: (program, item, sample) => scores.get(place(program, item, sample))?.entry,
    set(program, item, sample, entry) {
      const key = place(program, item, sample);
      if (scores.has(key)) return;
      const added = { program, item, sample, entry };
      scores.set(key, added);
      for (const listener of listeners) listener(added);
    },
    onAdd(listener) {
      // Wrapped, so that a listener given twice is told twice, and each stops by itself.
      const own = (added: KeyedScore): void => listener(added);
      listeners.add(own);
      return () => listeners.delete(own);
    },
    entries: () => scores.values(),
  };
}

/**
 * What tells programs apart in a score table: name, signature, configuration, and whether anything was learned. What
 * exactly was learned is left out: it follows from the configuration, and so a score is known before the fit is repeated.
 */
export function programKey(program: AnyProgram): string {
  const { name, signature, config, learned } = program;
  return digest([name, signature.hash, config, learned !== undefined], keyDigits);
}

const exampleKeys = new WeakMap<object, string>();

/**
 * What tells examples apart: their content as JSON. Worked out once for each object, so an example must not be changed.
 * @throws MabeamError `INVALID_INPUT` for an example that JSON cannot hold
 */
export function exampleKey(example: object): string {
  const known = exampleKeys.get(example);
  if (known !== undefined) return known;
  let key: string;
  try {
    key = digest(JSON.parse(JSON.stringify(example)), keyDigits);
  } catch {
    throw invalidInput(
      "not-json",
      "A score table needs examples that JSON can hold, and this one has a circle or such.",
    );
  }
  exampleKeys.set(example, key);
  return key;
}
