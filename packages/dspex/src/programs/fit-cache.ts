/** Fits that were done already. Optimizers try many configurations, and most leave alone what a member learns from. */
import { setMaxListeners } from "node:events";
import { abortable, checkOptions, invalidInput, throwIfAborted, type Json } from "@mabeam/foundation";

/** What decides what a fit learns. The function and the trainset are told apart by identity, not by content. */
export interface FitRequest {
  readonly program: string;
  readonly fit: object;
  readonly trainset: object;
  readonly seed: number;
  /** The variables that the fit depends on, as canonical JSON. */
  readonly settings: string;
}

/** Remembers what was learned. A trainset must not be changed while it is used. */
export interface FitCache {
  /** How many fits are remembered or under way. */
  readonly size: number;
  /**
   * What `run` learns for this request. Equal requests that overlap are one run, which is aborted only when all who
   * wait for it have given up; a run that fails is forgotten.
   */
  learn(request: FitRequest, run: (signal: AbortSignal) => Promise<Json>, signal?: AbortSignal): Promise<Json>;
}

interface Entry {
  readonly learned: Promise<Json>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * A cache of fits.
 * @param options `capacity`: fits that are kept, default 256; beyond it the one that was asked for longest ago goes.
 */
export function fitCache(options: { capacity?: number } = {}): FitCache {
  checkOptions(options, ["capacity"], "fitCache");
  const { capacity = 256 } = options;
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw invalidInput("invalid-number", `A fit cache's capacity must be a whole number from 1, not ${capacity}.`);
  }
  // In the order in which they were last asked for.
  const entries = new Map<string, Entry>();
  const keyOf = keys();

  const begin = (key: string, run: (signal: AbortSignal) => Promise<Json>): Entry => {
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    const learned = run(controller.signal);
    const entry: Entry = { learned, controller, waiting: 0 };
    learned.catch(() => {
      if (entries.get(key) === entry) entries.delete(key);
    });
    return entry;
  };

  return {
    get size() {
      return entries.size;
    },
    async learn(request, run, signal) {
      throwIfAborted(signal);
      const key = keyOf(request);
      const entry = entries.get(key) ?? begin(key, run);
      entries.delete(key);
      entries.set(key, entry);
      if (entries.size > capacity) entries.delete(entries.keys().next().value as string);
      entry.waiting++;
      try {
        return await abortable(entry.learned, signal);
      } finally {
        entry.waiting--;
        if (entry.waiting === 0 && signal?.aborted) {
          // Forgotten first: whoever asks from now on starts anew. A run that is over does not hear the abort.
          if (entries.get(key) === entry) entries.delete(key);
          entry.controller.abort(signal.reason);
        }
      }
    },
  };
}

function keys(): (request: FitRequest) => string {
  const numbers = new WeakMap<object, number>();
  let next = 0;
  const numberOf = (thing: object): number => {
    const known = numbers.get(thing) ?? next++;
    numbers.set(thing, known);
    return known;
  };
  return ({ program, fit, trainset, seed, settings }) =>
    JSON.stringify([program, numberOf(fit), numberOf(trainset), seed, settings]);
}
