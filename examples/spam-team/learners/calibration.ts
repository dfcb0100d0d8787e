/**
 * Scores into probabilities: Platt's scaling (Platt 1999, with the smoothed targets of Lin, Lin and Weng 2007), fitted on
 * scores of mails that the model had not learned from. Without it naive Bayes is sure of everything, and a vote that
 * weighs by confidence would hear only the loudest.
 */

/** Log-odds are `slope * score + offset`. */
export type Calibration = { slope: number; offset: number };

const iterations = 25;

/** Fits slope and offset by Newton's method on the regularised log-likelihood. */
export function fitCalibration(scores: readonly number[], spam: readonly boolean[]): Calibration {
  const spamCount = spam.filter(Boolean).length;
  const spamTarget = (spamCount + 1) / (spamCount + 2);
  const hamTarget = 1 / (scores.length - spamCount + 2);
  // Newton wants scores of about size one; the scale is put back at the end.
  const spread = Math.sqrt(scores.reduce((sum, score) => sum + score * score, 0) / Math.max(scores.length, 1)) || 1;
  let [slope, offset] = [1, 0];
  for (let iteration = 0; iteration < iterations; iteration++) {
    let [gradientSlope, gradientOffset, aa, ab, bb] = [1e-3 * (slope - 1), 0, 1e-3, 0, 1e-3];
    for (const [index, raw] of scores.entries()) {
      const score = raw / spread;
      const probability = 1 / (1 + Math.exp(-(slope * score + offset)));
      const error = probability - (spam[index] ? spamTarget : hamTarget);
      const weight = probability * (1 - probability);
      gradientSlope += error * score;
      gradientOffset += error;
      aa += weight * score * score;
      ab += weight * score;
      bb += weight;
    }
    const determinant = aa * bb - ab * ab;
    // Half steps at most of size two: a full Newton step from far away can overshoot where the curve is flat.
    slope -= bounded((bb * gradientSlope - ab * gradientOffset) / determinant);
    offset -= bounded((aa * gradientOffset - ab * gradientSlope) / determinant);
  }
  return { slope: slope / spread, offset };
}

const bounded = (step: number): number => Math.max(-2, Math.min(2, step));
