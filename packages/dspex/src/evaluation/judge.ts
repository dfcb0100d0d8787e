/** One example: run, judged, written down. A failure of the program or of the metric is a result too. */
import { abortable, invalidInput, type Clock, type Json } from "@mabeam/foundation";
import { checkOutputs } from "../programs/check-fields.ts";
import { prediction as predictionOf, type Prediction } from "../programs/prediction.ts";
import type { CallMemo } from "../programs/call-memo.ts";
import type { AnyProgram } from "../programs/program.ts";
import { failureOf, spending, type TraceEntry } from "../programs/trace.ts";
import type { Fields } from "../signatures/signature.ts";
import { itemScore, type EvaluationResult, type Metric } from "./metric.ts";
import type { ScoreEntry } from "./score-table.ts";

/** How to judge. */
export interface Judging {
  readonly program: AnyProgram;
  readonly metric: Metric;
  /** The score where there is none of the metric's; `undefined` to refuse that. */
  readonly failureScore: number | undefined;
  readonly clock: Clock | undefined;
  readonly memo: CallMemo | undefined;
}

/** Which example, and which repetition of it. */
export interface Item {
  readonly example: Fields;
  readonly index: number;
  readonly sample: number;
}

/**
 * Which inputs an example hands to the program. A field on both sides of the signature is the wanted answer in an
 * example, so it is not handed over: the program would only have to repeat it.
 *
 * @throws MabeamError `INVALID_INPUT` if such a field is required
 */
export function inputsGiven({ name, signature }: AnyProgram): (example: Fields) => Fields {
  const answers = new Set(signature.fields.outputs.map((field) => field.name));
  const needed = signature.fields.inputs.find((field) => answers.has(field.name) && !field.optional);
  if (needed !== undefined) {
    throw invalidInput(
      "answer-needed",
      `"${name}" needs its own output "${needed.name}" as an input: an example cannot give it and ask for it as well. Make the input optional.`,
      { field: needed.name },
    );
  }
  const names = signature.fields.inputs.map((field) => field.name).filter((field) => !answers.has(field));
  return (example) =>
    Object.fromEntries(names.filter((field) => Object.hasOwn(example, field)).map((field) => [field, example[field]]));
}

/** Runs and judges one example. Rejects only when it is aborted, or when a failure may not be scored. */
export async function judge(
  { program, metric, failureScore, clock, memo }: Judging,
  item: Item,
  inputs: Fields,
  signal: AbortSignal,
): Promise<EvaluationResult> {
  const trace: TraceEntry[] = [];
  let prediction: Prediction | undefined;
  try {
    const lent = { ...(clock === undefined ? {} : { clock }), ...(memo === undefined ? {} : { memo }) };
    prediction = await program.forward(inputs, { seed: item.sample, signal, trace, ...lent });
    const trajectory = prediction.$.trajectory ?? { steps: prediction.$.trace };
    const answer = (async (given: Prediction) => metric(item.example, given, trajectory))(prediction);
    const { usage, costUsd, latencyMs } = prediction.$;
    return {
      ...item,
      ...itemScore(await abortable(answer, signal)),
      prediction,
      trajectory,
      usage,
      costUsd,
      latencyMs,
    };
  } catch (error) {
    if (signal.aborted) throw error;
    const score = scoreOfFailure(failureScore, error);
    const latencyMs = prediction?.$.latencyMs ?? trace[0]?.latencyMs ?? 0;
    const trajectory = prediction?.$.trajectory ?? { steps: trace };
    const known = prediction === undefined ? {} : { prediction };
    return { ...item, score, error: failureOf(error), ...known, trajectory, ...spending(trace), latencyMs };
  }
}

/** The result that a score table remembers, or `undefined` if its prediction no longer fits. */
export async function remembered(
  { program, failureScore }: Judging,
  item: Item,
  entry: ScoreEntry,
): Promise<EvaluationResult | undefined> {
  const { prediction: fields, error, latencyMs, ...rest } = entry;
  const score = error === undefined ? entry.score : scoreOfFailure(failureScore, new Error(error.message));
  const result = { ...item, ...rest, latencyMs, score, ...(error === undefined ? {} : { error }) };
  if (fields === undefined) return result;
  try {
    const outputs = await checkOutputs(program.name, program.signature, fields);
    return { ...result, prediction: predictionOf(outputs, { latencyMs, trace: [] }) };
  } catch {
    return undefined;
  }
}

/** What a score table remembers of a result. */
export function entryOf({
  score,
  feedback,
  error,
  usage,
  costUsd,
  latencyMs,
  prediction,
}: EvaluationResult): ScoreEntry {
  return {
    score,
    ...(feedback === undefined ? {} : { feedback }),
    ...(error === undefined ? {} : { error }),
    usage,
    costUsd,
    latencyMs,
    ...(prediction === undefined ? {} : { prediction: JSON.parse(JSON.stringify(prediction)) as Json }),
  };
}

function scoreOfFailure(failureScore: number | undefined, error: unknown): number {
  if (failureScore !== undefined) return failureScore;
  throw invalidInput(
    "failure-score",
    `An example failed (${failureOf(error).message}), and of this metric less is better: say by failureScore what a failure counts.`,
  );
}
