/** Defaults of SIMBA, and what its options must be. */
import { invalidInput } from "@mabeam/foundation";
import type { AnyProgram } from "../../programs/program.ts";
import type { SimbaOptions } from "./simba.ts";

export const defaults = {
  seed: 0,
  concurrency: 8,
  batchSize: 32,
  numCandidates: 6,
  maxSteps: Infinity,
  raceItems: 256,
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
  for (const name of ["concurrency", "batchSize", "numCandidates", "maxSteps", "raceItems"] as const) {
    const value = options[name];
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
