/** What an evaluation found. */
import type { Json } from "@mabeam/foundation";
import type { Usage } from "../programs/trace.ts";
import type { Fields } from "../signatures/signature.ts";
import { bootstrapInterval, type BootstrapOptions } from "./bootstrap.ts";
import type { EvaluationResult, Metric } from "./metric.ts";
import { csvOf, tableOf } from "./report.ts";
import { byExample, statistic, summarize } from "./summary.ts";

/** What an evaluation cost. Results that a score table knew cost nothing. */
export interface EvaluationSpent extends Usage {
  /** Calls of the program. */
  readonly evaluations: number;
  readonly costUsd: number;
  /** How long the evaluation took. */
  readonly timeMs: number;
}

/** Why an evaluation ended before all examples were seen. */
export type EvaluationStop = "until" | "evaluations" | "time";

/** The outcome of {@link evaluate}. */
export interface Evaluation<E extends object = Fields, O extends object = Fields> {
  /** The metric's value: the mean over examples, or the metric's own aggregate. */
  readonly mean: number;
  /** Percentile bootstrap over examples, 95 %. Worked out when it is first asked for. */
  readonly interval: readonly [low: number, high: number];
  readonly direction: "maximize" | "minimize";
  /** One for each example and repetition that was evaluated, in the order of the examples. */
  readonly results: readonly EvaluationResult<E, O>[];
  readonly spent: EvaluationSpent;
  /** Absent if all examples were evaluated. */
  readonly stopped?: EvaluationStop;
  /** The metric's own way to sum up results, if it has one. */
  readonly aggregate?: NonNullable<Metric["aggregate"]>;
  /** One line for each result (RFC 4180), with the fields of examples and predictions in columns. */
  toCSV(): string;
  /** Everything but trajectories, as plain JSON. */
  toJSON(): { readonly [key: string]: Json };
  /** A table for the terminal: the figures, and the lowest scores first. */
  toString(): string;
}

/** What an evaluation is made of. */
export interface EvaluationParts<E extends object, O extends object> {
  readonly results: readonly EvaluationResult<E, O>[];
  readonly metric: Pick<Metric, "aggregate" | "direction">;
  readonly spent: EvaluationSpent;
  readonly stopped: EvaluationStop | undefined;
  readonly bootstrap: BootstrapOptions;
}

/** Sums up results. */
export function evaluationOf<E extends object, O extends object>(parts: EvaluationParts<E, O>): Evaluation<E, O> {
  const { metric, spent, stopped, bootstrap } = parts;
  const results = parts.results.toSorted((a, b) => a.index - b.index || a.sample - b.sample);
  const { aggregate, direction = "maximize" } = metric;
  const groups = byExample(results as unknown as EvaluationResult[]);
  let interval: readonly [number, number] | undefined;
  const made: Evaluation<E, O> = {
    mean: summarize(groups, aggregate),
    get interval() {
      return (interval ??= bootstrapInterval(groups.length, statistic(groups, aggregate), bootstrap));
    },
    direction,
    results,
    spent,
    ...(stopped === undefined ? {} : { stopped }),
    ...(aggregate === undefined ? {} : { aggregate }),
    toCSV: () => csvOf(results as unknown as EvaluationResult[]),
    toJSON: () => {
      const { mean } = made;
      const rows = results.map((result) => ({ ...result, trajectory: undefined }));
      const all = { mean, interval: made.interval, direction, stopped, spent, results: rows };
      return JSON.parse(JSON.stringify(all)) as { [key: string]: Json };
    },
    toString: () => tableOf(made as unknown as Evaluation),
  };
  return Object.freeze(made);
}
