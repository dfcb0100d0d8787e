/**
 * A linear model over named binary features: what both learners produce, what a fitted member saves.
 *
 * Libraries looked at: ml-logistic-regression 2.0 wants dense matrices (2,500 mails x 30,000 words), and
 * wink-naive-bayes-text-classifier 2.2 and natural learn and answer with their own tokens and keep no prior weights to
 * calibrate. A sparse learner is shorter than the glue around them.
 */

/** Plain JSON. Pairs rather than an object: a mail may well contain the word "__proto__". */
export type LinearModel = {
  bias: number;
  weights: (readonly [feature: string, weight: number])[];
  /** Whether a sum of weights is divided by the root of the number of features, so that long mails do not shout. */
  normalised: boolean;
};

/**
 * A model of these weights, one for each feature of the vocabulary. Weights are kept to four decimals, and those that
 * this makes 0 not at all: a saved model is small, and its answers are the same.
 */
export function linearModel(
  bias: number,
  vocabulary: readonly string[],
  weightOf: (index: number) => number,
  normalised: boolean,
): LinearModel {
  const rounded = vocabulary.map((feature, index) => [feature, Math.round(1e4 * weightOf(index)) / 1e4] as const);
  return { bias, weights: rounded.filter(([, weight]) => weight !== 0), normalised };
}

// A model is looked up for every mail: its table is made once for each model object.
const tables = new WeakMap<LinearModel, Map<string, number>>();

/** The model's raw score: log-odds of spam, not yet calibrated. Unknown features count nothing. */
export function scoreOf(model: LinearModel, features: readonly string[]): number {
  let table = tables.get(model);
  if (!table) {
    table = new Map(model.weights);
    tables.set(model, table);
  }
  let sum = 0;
  let known = 0;
  for (const feature of features) {
    const weight = table.get(feature);
    if (weight === undefined) continue;
    sum += weight;
    known += 1;
  }
  return model.bias + (model.normalised ? sum / Math.sqrt(Math.max(known, 1)) : sum);
}
