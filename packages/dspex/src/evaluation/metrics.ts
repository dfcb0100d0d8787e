/**
 * Ready metrics. Each is called with the name of a field, and each is a metric itself: `exactMatch("answer")`,
 * `exactMatch()` and `exactMatch` may all stand where a metric is wanted. Without a field, all output fields that the
 * example has are compared.
 */
import { canonicalJson, invalidInput } from "@mabeam/foundation";
import type { EvaluationResult, Metric } from "./metric.ts";
import { answerTokens, normalizedAnswer, tokenF1 } from "./text-match.ts";

/** A metric that may be told its field. */
export interface ReadyMetric extends Pick<Metric, "aggregate" | "direction"> {
  (field?: string): Metric<object, object>;
  (example: object, prediction: object): number;
}

/**
 * 1 if the answer is right, else 0. Texts are compared as SQuAD does (Rajpurkar et al. 2016): without case,
 * punctuation, articles and extra space; where the example lists several texts for a field of one, any of them is right.
 */
export const exactMatch: ReadyMetric = ready((field) => ({
  judge: (example, prediction) => overFields(field, example, prediction, matches, Math.min),
}));

/** Mean over fields of the F1 of words in common (SQuAD, Rajpurkar et al. 2016), in [0, 1]; the best of several texts. */
export const f1: ReadyMetric = ready((field) => ({
  judge: (example, prediction) => overFields(field, example, prediction, wordOverlap),
}));

/** 1 if the field has exactly the wanted value, else 0: for labels and other values that are not prose. */
export const accuracy: ReadyMetric = ready((field) => ({
  judge: (example, prediction) => overFields(field, example, prediction, same, Math.min),
}));

/**
 * Macro-averaged F1 of a label: the mean, over all labels wanted or given, of 2·tp / (2·tp + fp + fn), in [0, 1]. An
 * item scores 1 if its label is right, else 0; a failed item counts as a label that was missed.
 */
export const macroF1: ReadyMetric = ready((field) => {
  const labelsOf = labelReader(field);
  return {
    judge: (example, prediction) => overFields(field, example, prediction, same, Math.min),
    aggregate: (results) => macroAveraged(labelsOf, results),
  };
});

/**
 * Mean absolute error of a number: less is better. A failed example has no error to count, so evaluations in which one
 * fails ask for a `failureScore`.
 */
export const mae: ReadyMetric = ready((field) => ({
  judge: (example, prediction) => overFields(field, example, prediction, distance),
  direction: "minimize",
}));

type Field = string | undefined;
type Values = { readonly [field: string]: unknown };

interface Judgement extends Pick<Metric, "aggregate" | "direction"> {
  readonly judge: (example: Values, prediction: Values) => number;
}

function ready(make: (field: Field) => Judgement): ReadyMetric {
  const metricOf = (field: Field) => {
    const { judge, ...rest } = make(field);
    return Object.assign((example: object, prediction: object) => judge(example as Values, prediction as Values), rest);
  };
  const direct = metricOf(undefined);
  const either = (first?: unknown, second?: object): unknown =>
    typeof first === "object" && first !== null ? direct(first, second as object) : metricOf(first as Field);
  const { aggregate, direction } = direct as Pick<Metric, "aggregate" | "direction">;
  return Object.assign(either, {
    ...(aggregate === undefined ? {} : { aggregate }),
    ...(direction === undefined ? {} : { direction }),
  }) as ReadyMetric;
}

function overFields(
  field: Field,
  example: Values,
  prediction: Values,
  judge: (wanted: unknown, given: unknown) => number,
  combine?: (...scores: number[]) => number,
): number {
  const scores = compared(field, example, prediction).map((name) => judge(example[name], prediction[name]));
  return combine === undefined ? scores.reduce((sum, score) => sum + score, 0) / scores.length : combine(...scores);
}

function compared(field: Field, example: Values, prediction: Values): string[] {
  if (field !== undefined) {
    if (Object.hasOwn(example, field)) return [field];
    throw invalidInput("unknown-field", `The metric compares "${field}", which the example does not have.`, { field });
  }
  const common = Object.keys(prediction).filter((name) => Object.hasOwn(example, name));
  if (common.length > 0) return common;
  throw invalidInput("nothing-to-compare", "The example has none of the fields that were predicted.");
}

const same = (wanted: unknown, given: unknown): number =>
  wanted === given || canonicalJson(plain(wanted)) === canonicalJson(plain(given)) ? 1 : 0;

// Dates and the like compare by what they are in JSON.
const plain = (value: unknown): unknown => (value === undefined ? value : JSON.parse(JSON.stringify(value)));

const matches = (wanted: unknown, given: unknown): number =>
  typeof given === "string"
    ? Math.max(0, ...texts(wanted).map((text) => Number(normalizedAnswer(text) === normalizedAnswer(given))))
    : same(wanted, given);

const wordOverlap = (wanted: unknown, given: unknown): number =>
  typeof given === "string"
    ? Math.max(0, ...texts(wanted).map((text) => tokenF1(answerTokens(text), answerTokens(given))))
    : same(wanted, given);

const texts = (wanted: unknown): string[] =>
  (Array.isArray(wanted) ? wanted : [wanted]).filter((each): each is string => typeof each === "string");

function distance(wanted: unknown, given: unknown): number {
  if (typeof wanted === "number" && typeof given === "number") return Math.abs(wanted - given);
  throw invalidInput("not-a-number", `The mean absolute error needs numbers, not ${text(wanted)} and ${text(given)}.`);
}

const text = (value: unknown): string => JSON.stringify(value) ?? "nothing";

interface Labels {
  readonly wanted: string;
  readonly given: string | undefined;
}

function macroAveraged(
  labelsOf: (results: readonly EvaluationResult[]) => Labels[],
  results: readonly EvaluationResult[],
) {
  const counts = new Map<string, { right: number; wanted: number; given: number }>();
  const count = (label: string) => {
    let known = counts.get(label);
    if (known === undefined) counts.set(label, (known = { right: 0, wanted: 0, given: 0 }));
    return known;
  };
  for (const { wanted, given } of labelsOf(results)) {
    const ofWanted = count(wanted);
    ofWanted.wanted++;
    if (given === undefined) continue;
    count(given).given++;
    if (given === wanted) ofWanted.right++;
  }
  let sum = 0;
  for (const { right, wanted, given } of counts.values()) sum += (2 * right) / (wanted + given);
  return sum / counts.size;
}

/** Reads labels off results, each result once: a bootstrap comes back to them a thousand times. */
function labelReader(field: Field): (results: readonly EvaluationResult[]) => Labels[] {
  const known = new WeakMap<EvaluationResult, Labels>();
  return (results) => {
    let names = field === undefined ? undefined : [field];
    return results.map((result) => {
      const seen = known.get(result);
      if (seen !== undefined) return seen;
      const { example, prediction } = result;
      // Where no field was named, the fields that any prediction shares with its example are the label.
      names ??= labelFields(results);
      const given = prediction === undefined ? undefined : label(names, prediction);
      const labels = { wanted: label(names, example), given };
      known.set(result, labels);
      return labels;
    });
  };
}

function labelFields(results: readonly EvaluationResult[]): string[] {
  const found = results.find(({ prediction }) => prediction !== undefined);
  return found?.prediction === undefined ? [] : compared(undefined, found.example, found.prediction);
}

function label(names: readonly string[], fields: Values): string {
  const [only] = names;
  if (names.length === 1 && typeof fields[only as string] === "string") return fields[only as string] as string;
  return canonicalJson(names.map((name) => plain(fields[name])));
}
