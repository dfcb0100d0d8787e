/**
 * Naive Bayes over binary features with Lidstone smoothing, as a linear model
 * (Manning, Raghavan and Schütze 2008, "Introduction to Information Retrieval", chapter 13; features counted once a
 * mail, as Metsis et al. 2006 found best for spam).
 */
import { linearModel, type LinearModel } from "./linear-model.ts";
import type { TrainingData } from "./training-data.ts";

/** Fits in one pass. `smoothing` > 0 is added to every count. */
export function fitNaiveBayes({ vocabulary, rows, spam }: TrainingData, smoothing: number): LinearModel {
  const inSpam = new Float64Array(vocabulary.length);
  const inHam = new Float64Array(vocabulary.length);
  let [spamTotal, hamTotal, spamRows] = [0, 0, 0];
  for (const [index, row] of rows.entries()) {
    const counts = spam[index] ? inSpam : inHam;
    for (const feature of row) counts[feature] = (counts[feature] as number) + 1;
    if (spam[index]) [spamTotal, spamRows] = [spamTotal + row.length, spamRows + 1];
    else hamTotal += row.length;
  }
  const extra = smoothing * vocabulary.length;
  const logShare = (count: number, total: number): number => Math.log((count + smoothing) / (total + extra));
  const bias = Math.log((spamRows + 1) / (rows.length - spamRows + 1));
  const weightOf = (index: number): number => {
    const [spamCount, hamCount] = [inSpam[index] as number, inHam[index] as number];
    // A feature that these rows never show says nothing; smoothing alone would favour the class with fewer words.
    return spamCount + hamCount === 0 ? 0 : logShare(spamCount, spamTotal) - logShare(hamCount, hamTotal);
  };
  return linearModel(bias, vocabulary, weightOf, false);
}
