/** What `evaluate` accepts, checked before anything runs. */
import { checkOptions, invalidInput } from "@mabeam/foundation";
import type { Fields } from "../signatures/signature.ts";
import { expectFunction, expectMethods, expectSignal } from "../variables/expect-shape.ts";
import type { EvaluateOptions } from "./evaluate.ts";
import type { Metric } from "./metric.ts";

const known = [
  ...["concurrency", "signal", "onProgress", "budget", "repeats", "failureScore"],
  ...["order", "until", "scores", "memo", "seed", "clock"],
];

/** @throws MabeamError `INVALID_INPUT` for the first thing that cannot be evaluated, or be kept */
export function checkEvaluation(
  program: unknown,
  examples: readonly Fields[],
  metric: Metric,
  options: EvaluateOptions,
): void {
  expectMethods(program, ["forward", "withConfig"], "A program");
  checkExamples(examples);
  if (typeof metric !== "function") throw invalidInput("invalid-metric", "A metric is a function.");
  checkOptions(options, known, "evaluate");
  const { signal, onProgress, until, scores, memo, clock, order } = options;
  expectSignal(signal);
  expectFunction(onProgress, "onProgress");
  expectFunction(until, "until");
  if (scores !== undefined) expectMethods(scores, ["get", "set"], "A score table, as scoreTable() makes it,");
  if (memo !== undefined) expectMethods(memo, ["recall"], "A memo, as callMemo() makes it,");
  if (clock !== undefined) expectMethods(clock, ["monotonic", "after"], "A clock");
  checkNumbers(options);
  if (order !== undefined) checkOrder(order, examples.length);
}

function checkExamples(examples: readonly Fields[]): void {
  if (!Array.isArray(examples) || examples.length === 0) {
    throw invalidInput("empty-examples", "An evaluation needs a list of at least one example.");
  }
  const wrong = examples.findIndex((example) => typeof example !== "object" || example === null);
  if (wrong === -1) return;
  throw invalidInput("invalid-example", `Example ${wrong} is not a record of fields.`, { index: wrong });
}

function checkNumbers({
  concurrency = 1,
  repeats = 1,
  failureScore = 0,
  seed = 0,
  budget = {},
}: EvaluateOptions): void {
  checkOptions(budget, ["evaluations", "timeMs"], "evaluate's budget");
  const { evaluations = 1, timeMs = 1 } = budget;
  for (const [name, value] of Object.entries({ concurrency, repeats, evaluations })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw invalidInput("invalid-number", `${name} must be a whole number from 1, not ${String(value)}.`, {
      option: name,
      value,
    });
  }
  if (!(Number.isFinite(timeMs) && timeMs > 0)) {
    throw invalidInput("invalid-number", `timeMs must be a number above 0, not ${String(timeMs)}.`, {
      option: "timeMs",
    });
  }
  for (const [name, value] of Object.entries({ failureScore, seed })) {
    if (Number.isFinite(value)) continue;
    throw invalidInput("invalid-number", `${name} must be a finite number, not ${String(value)}.`, { option: name });
  }
}

function checkOrder(order: readonly number[], count: number): void {
  const list: readonly number[] = Array.isArray(order) ? order : [];
  const wrong = list.find((index) => !Number.isInteger(index) || index < 0 || index >= count);
  if (list.length > 0 && wrong === undefined && new Set(list).size === list.length) return;
  throw invalidInput(
    "invalid-order",
    `order must list different indices of the ${count} examples, at least one${wrong === undefined ? "" : `: ${String(wrong)} is none`}.`,
  );
}
