/**
 * Sparse logistic regression by stochastic gradients with AdaGrad steps (Duchi, Hazan and Singer 2011, equation 1) and
 * an L2 penalty on the weights that a row touches.
 */
import type { Random } from "@mabeam/foundation";
import { linearModel, type LinearModel } from "./linear-model.ts";
import type { TrainingData } from "./training-data.ts";

const epochs = 8;
const step = 0.5;

/** `penalty` ≥ 0 is the L2 weight per example. The order of examples comes from `random`; all else is determined. */
export function fitLogisticRegression(
  { vocabulary, rows, spam }: TrainingData,
  penalty: number,
  random: Random,
): LinearModel {
  const weights = new Float64Array(vocabulary.length);
  const squares = new Float64Array(vocabulary.length).fill(1e-6);
  let [bias, biasSquares] = [0, 1e-6];
  const indexes = rows.map((_, index) => index);

  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const index of random.shuffle(indexes)) {
      const row = rows[index] as Int32Array;
      const scale = 1 / Math.sqrt(Math.max(row.length, 1));
      let sum = 0;
      for (const feature of row) sum += weights[feature] as number;
      const error = 1 / (1 + Math.exp(-(bias + sum * scale))) - (spam[index] ? 1 : 0);
      biasSquares += error * error;
      bias -= (step * error) / Math.sqrt(biasSquares);
      for (const feature of row) {
        const gradient = error * scale + penalty * (weights[feature] as number);
        const square = (squares[feature] as number) + gradient * gradient;
        squares[feature] = square;
        weights[feature] = (weights[feature] as number) - (step * gradient) / Math.sqrt(square);
      }
    }
  }
  return linearModel(bias, vocabulary, (index) => weights[index] as number, true);
}
