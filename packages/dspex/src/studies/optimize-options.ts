/** What `optimize` accepts, checked before a trial is asked. */
import { checkOptions, invalidInput } from "@mabeam/foundation";
import { expectFunction, expectSignal } from "../variables/expect-shape.ts";
import type { OptimizeOptions } from "./optimize.ts";

const known = ["budget", "concurrency", "signal", "onProgress", "maxFailures"];

/** An optimization with everything that its options leave open settled; a budget that is not given is infinite. */
export interface Limits {
  readonly trials: number;
  readonly timeMs: number;
  readonly concurrency: number;
  readonly maxFailures: number;
}

/** @throws MabeamError `INVALID_INPUT` for no objective, no budget, one that cannot be kept, or an unknown option */
export function checkedLimits(objective: unknown, options: OptimizeOptions): Limits {
  if (typeof objective !== "function") {
    throw invalidInput("invalid-objective", `An objective is a function of a trial, not ${String(objective)}.`);
  }
  checkOptions(options, known, "optimize");
  const { budget, concurrency = 1, maxFailures = 10, signal, onProgress } = options;
  expectSignal(signal);
  expectFunction(onProgress, "onProgress");
  checkCount("concurrency", concurrency);
  checkCount("maxFailures", maxFailures);
  return { ...checkedBudget(budget), concurrency, maxFailures };
}

function checkedBudget(budget: OptimizeOptions["budget"] | undefined): Pick<Limits, "trials" | "timeMs"> {
  checkOptions(budget ?? {}, ["trials", "timeMs"], "optimize's budget");
  const { trials, timeMs } = budget ?? {};
  if (trials === undefined && timeMs === undefined) {
    throw invalidInput("no-budget", "optimize needs a budget: { trials }, { timeMs } or both.");
  }
  if (trials !== undefined) checkCount("budget.trials", trials);
  if (timeMs !== undefined && !(typeof timeMs === "number" && timeMs > 0)) {
    throw invalidInput("invalid-number", `budget.timeMs must be a number above 0, not ${String(timeMs)}.`, { timeMs });
  }
  return { trials: trials ?? Infinity, timeMs: timeMs ?? Infinity };
}

function checkCount(what: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw invalidInput("invalid-number", `${what} must be a whole number from 1, not ${String(count)}.`, {
    value: count,
  });
}
