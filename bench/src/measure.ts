/** How things are timed inside a contestant's process. */
import { readFileSync } from "node:fs";
import type { Soon } from "./contestant.ts";

/**
 * Milliseconds that this process's main thread has so far been ready to run while others had the processor: what makes
 * a round longer without being its fault. 0 where the system (not Linux) does not tell.
 */
function waitedMs(): number {
  try {
    return Number(readFileSync("/proc/self/schedstat", "utf8").split(" ")[1]) / 1e6;
  } catch {
    return 0;
  }
}

/** Starts a stopwatch; what it returns gives the milliseconds since then, without those that others took. */
export function stopwatch(): () => number {
  // The clock is read outermost: only what was waited while it ran may be taken off.
  const startedAt = performance.now();
  const waitedBefore = waitedMs();
  return () => {
    const waited = waitedMs() - waitedBefore;
    return performance.now() - startedAt - waited;
  };
}

/** Operations per second: repeats `batch`, which says how many it has done, until `roundMs` have passed, at least once. */
export async function throughput(roundMs: number, batch: () => Soon<number>): Promise<number> {
  const elapsedMs = stopwatch();
  const endAt = performance.now() + roundMs;
  let operations = 0;
  do {
    const done = batch();
    operations += typeof done === "number" ? done : await done;
  } while (performance.now() < endAt);
  return (operations / elapsedMs()) * 1000;
}

/** Durations of single operations in milliseconds, the clock's own 0.05 to 0.1 µs included. */
export async function timeEach(samples: number, operation: () => Promise<unknown>): Promise<Float64Array> {
  const durations = new Float64Array(samples);
  for (let sample = 0; sample < samples; sample++) {
    const startedAt = performance.now();
    await operation();
    durations[sample] = performance.now() - startedAt;
  }
  return durations;
}

/** The nearest-rank percentile. @param share from 0 to 1 */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Bytes that are alive, in and beside the JavaScript heap. Needs `--expose-gc`. */
export function bytesAlive(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Twice: what the first round only frees to be finalized, the second takes. */
export function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error("Memory can only be measured with node --expose-gc.");
  globalThis.gc();
  globalThis.gc();
}

/** The next turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
