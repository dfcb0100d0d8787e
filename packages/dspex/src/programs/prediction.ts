/** What a program gives: the output fields, and aside from them how they came about. */
import type { Fields } from "../signatures/signature.ts";
import { spending, type TraceEntry, type Trajectory, type Usage } from "./trace.ts";

/** How a prediction came about. */
export interface PredictionInfo {
  /** Tokens of the whole call, sub-programs too. */
  readonly usage: Usage;
  readonly costUsd: number;
  readonly latencyMs: number;
  /** The program itself first, then what it called. */
  readonly trace: readonly TraceEntry[];
  /** A team's account of its run. */
  readonly trajectory?: Trajectory;
}

/**
 * The output fields, plus `$`. `$` is not enumerable: comparing, spreading and `JSON.stringify` see the fields alone.
 */
export type Prediction<O extends object = Fields> = O & { readonly $: PredictionInfo };

/** A prediction of `outputs`; `usage` and `costUsd` are what the trace adds up to. */
export function prediction<O extends object>(
  outputs: O,
  info: Omit<PredictionInfo, "usage" | "costUsd">,
): Prediction<O> {
  const $: PredictionInfo = { ...spending(info.trace), ...info };
  return Object.defineProperty({ ...outputs }, "$", { value: $ }) as Prediction<O>;
}
