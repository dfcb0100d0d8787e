/** What a metric is, and how its answer becomes a score. */
import { invalidInput } from "@mabeam/foundation";
import type { Prediction } from "../programs/prediction.ts";
import type { Failure, Trajectory, Usage } from "../programs/trace.ts";
import type { Fields } from "../signatures/signature.ts";

/** What a metric may answer: a number, yes (1) or no (0), or a number with words for whoever improves the program. */
export type Score = number | boolean | { readonly score: number | boolean; readonly feedback?: string | undefined };

/** A score as it is kept. */
export interface ItemScore {
  readonly score: number;
  readonly feedback?: string;
}

/** One example that was evaluated. */
export interface EvaluationResult<E extends object = Fields, O extends object = Fields> {
  readonly example: E;
  /** Its place in the list of examples. */
  readonly index: number;
  /** Which of its repetitions this is, from 0. */
  readonly sample: number;
  readonly score: number;
  readonly feedback?: string;
  readonly prediction?: Prediction<O>;
  /** Why there is no score of the metric's. */
  readonly error?: Failure;
  /** Absent where a score table remembered the result. */
  readonly trajectory?: Trajectory;
  readonly usage: Usage;
  readonly costUsd: number;
  readonly latencyMs: number;
}

/**
 * Judges a prediction against its example: any function, possibly a slow one. A metric that is more than the mean of its
 * scores (macro F1) says so by `aggregate`; the score of an item is then what optimizers see of that item, and means,
 * intervals and comparisons are of `aggregate`.
 */
export interface Metric<E extends object = Fields, O extends object = Fields> {
  (example: E, prediction: Prediction<O>, trajectory?: Trajectory): Score | PromiseLike<Score>;
  /** The value of a list of results, failed ones (without `prediction`) included; pure. */
  readonly aggregate?: (results: readonly EvaluationResult[]) => number;
  /** Whether more is better. Default "maximize". */
  readonly direction?: "maximize" | "minimize";
}

/**
 * A metric's answer as a finite score.
 * @throws MabeamError `INVALID_INPUT` if it is none
 */
export function itemScore(answer: unknown): ItemScore {
  const { score, feedback } = (
    typeof answer === "object" && answer !== null ? answer : { score: answer, feedback: undefined }
  ) as { score: unknown; feedback: unknown };
  const value = typeof score === "boolean" ? Number(score) : score;
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw invalidInput("invalid-score", `A metric must give a finite number or a boolean, not ${String(score)}.`);
  }
  return { score: value, ...(typeof feedback === "string" ? { feedback } : {}) };
}
