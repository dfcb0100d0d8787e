/** What an optimizer is doing, for people: one live line on a terminal, a plain line now and then elsewhere. */
import { systemClock, type Clock } from "@mabeam/foundation";
import type { OptimizerProgress } from "./optimized.ts";

/** Where and how often {@link progressLine} writes. */
export interface ProgressLineOptions {
  /** Where to write. Default standard error, so that results can be piped. */
  stream?: { write(text: string): unknown; isTTY?: boolean; columns?: number };
  /** Elsewhere than on a terminal, at most one line in so many milliseconds. Default 5,000. */
  everyMs?: number;
  clock?: Clock;
}

const redrawMs = 100;

/** A listener for `onProgress`. */
export function progressLine(options: ProgressLineOptions = {}): (progress: OptimizerProgress) => void {
  const { stream = process.stderr, everyMs = 5000, clock = systemClock } = options;
  const live = stream.isTTY === true;
  const startedAt = clock.monotonic();
  let lastAt = -Infinity;
  return (progress) => {
    const now = clock.monotonic();
    const done = progress.phase === "done";
    if (!done && now - lastAt < (live ? redrawMs : everyMs)) return;
    lastAt = now;
    const text = lineOf(progress, now - startedAt);
    if (!live) stream.write(`${text}\n`);
    // Erases what is left of the line before; ends it when there is nothing more to come.
    else stream.write(`\r${text.slice(0, (stream.columns ?? 120) - 1)}\u001B[K${done ? "\n" : ""}`);
  };
}

function lineOf(progress: OptimizerProgress, elapsedMs: number): string {
  const { phase, step, steps, best, standardError, baseline, evaluations, budget, candidates, lastGain } = progress;
  const seconds = elapsedMs / 1000;
  const left =
    phase === "done" ? "" : ` ▸ ~${Math.ceil((seconds * (budget - evaluations)) / Math.max(1, evaluations))} s left`;
  const parts = [
    `simba ${phase === "search" ? `step ${step}${Number.isFinite(steps) ? `/${steps}` : ""}` : phase}`,
    `best ${best.toFixed(3)} ±${standardError.toFixed(3)} (base ${baseline.toFixed(3)})`,
    `${candidates} candidates`,
    `${evaluations.toLocaleString("en")}/${budget.toLocaleString("en")} runs`,
    `${Math.round(evaluations / Math.max(0.001, seconds)).toLocaleString("en")}/s${left}`,
    ...(lastGain === undefined ? [] : [`last: ${lastGain}`]),
  ];
  return parts.join(" ▸ ");
}
