/** The options of SIMBA: what they mean, what they default to, and what they must be. */
import { invalidInput, type Clock, type Journal } from "@mabeam/foundation";
import type { Metric } from "../../evaluation/metric.ts";
import type { AnyProgram } from "../../programs/program.ts";
import type { Fields } from "../../signatures/signature.ts";
import type { OptimizerProgress } from "../optimized.ts";

/** What `simba` takes. */
export interface SimbaOptions<E extends object = Fields, O extends object = Fields> {
  /** Examples to search with: inputs and wanted outputs. Programs that learn are fitted to them. */
  trainset: readonly E[];
  /** Examples that decide at the end. Default: a fifth of the trainset, at least 16, kept aside by seed. */
  valset?: readonly E[];
  /** More is better. Its score on single examples guides the search; its value on the select examples decides. */
  metric: Metric<E, O>;
  /**
   * `evaluations`: program runs, select examples included (their share is kept back from the beginning). `trials`:
   * candidates. `timeMs`: the search ends when it is over; with it a run is no longer reproducible to the last step.
   */
  budget: { evaluations: number; trials?: number; timeMs?: number };
  /** Decides everything that is left to chance. Default 0. */
  seed?: number;
  /** Where scores are kept: a run that was killed and is started again with the same journal goes on. Default none. */
  journal?: Journal | string;
  /** Examples at once. Default 8. */
  concurrency?: number;
  signal?: AbortSignal;
  onProgress?: (progress: OptimizerProgress) => void;
  /** Examples that a step looks at first. Default 32. */
  batchSize?: number;
  /** Parents that are looked at, and one less than the children of a step. Default 6. */
  numCandidates?: number;
  /** Default: as many as the budget allows. */
  maxSteps?: number;
  /**
   * The most examples over which a child is raced against its parent. Default: what lets 150 children run to the end
   * within the budget, from 32 to 256.
   */
  raceItems?: number;
  /** Measures time. Default the system's clock. */
  clock?: Clock;
}

export const defaults = {
  seed: 0,
  concurrency: 8,
  batchSize: 32,
  numCandidates: 6,
  maxSteps: Infinity,
};

/** @throws MabeamError `INVALID_INPUT` */
export function checkSimbaOptions(program: AnyProgram, options: SimbaOptions & typeof defaults): void {
  const { trainset, valset, metric, budget } = options;
  if (!Array.isArray(trainset) || trainset.length === 0) {
    throw invalidInput("empty-trainset", "simba needs a trainset of at least one example.");
  }
  if (valset !== undefined && (!Array.isArray(valset) || valset.length === 0)) {
    throw invalidInput("empty-valset", "The valset must have at least one example; leave it out to keep some aside.");
  }
  if (typeof metric !== "function") throw invalidInput("invalid-metric", "simba needs a metric, a function.");
  if (metric.direction === "minimize") {
    throw invalidInput("minimize", "simba maximizes: give a metric of which more is better, for example its negative.");
  }
  if (program.space.variables.length === 0) {
    throw invalidInput("empty-space", `"${program.name}" has no variables, so there is nothing to optimize.`);
  }
  checkBudget(budget);
  const { concurrency, batchSize, numCandidates, maxSteps, raceItems = 1 } = options;
  for (const [name, value] of Object.entries({ concurrency, batchSize, numCandidates, maxSteps, raceItems })) {
    if ((Number.isInteger(value) && value >= 1) || (name === "maxSteps" && value === Infinity)) continue;
    throw invalidInput("invalid-number", `${name} must be a whole number from 1, not ${value}.`, { option: name });
  }
  if (!Number.isFinite(options.seed))
    throw invalidInput("invalid-number", `seed must be a finite number, not ${options.seed}.`);
}

function checkBudget(budget: SimbaOptions["budget"]): void {
  const { evaluations, trials = 1, timeMs = 1, ...others } = budget ?? {};
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw invalidInput(
      "unknown-budget",
      `simba cannot keep a budget of ${unknown}; there are evaluations, trials and timeMs.`,
    );
  }
  for (const [name, value] of Object.entries({ evaluations, trials })) {
    if (Number.isInteger(value) && (value as number) >= 1) continue;
    throw invalidInput("invalid-number", `budget.${name} must be a whole number from 1, not ${String(value)}.`);
  }
  if (!(timeMs > 0)) throw invalidInput("invalid-number", `budget.timeMs must be above 0, not ${timeMs}.`);
}
