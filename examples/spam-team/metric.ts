/** What a good verdict is. */
import { macroF1, type Metric } from "@mabeam/dspex";

/** The verdict that a mail should get, and the one that it got. */
type Verdict = { label: "ham" | "spam"; confidence: number };

/**
 * The figure that counts is macro-F1, which belongs to a set of mails. For a single mail the score is mostly whether
 * the label is right, and partly how much probability it gave to the right label (as a quadratic score, Brier 1950):
 * among verdicts that are all right it still tells the sure from the lucky.
 */
export const verdictMetric: Metric<{ label: "ham" | "spam" }, Verdict> = Object.assign(
  (example: { label: "ham" | "spam" }, { label, confidence }: Verdict) => {
    const right = label === example.label;
    const given = right ? confidence : 1 - confidence;
    return 0.75 * Number(right) + 0.25 * (1 - (1 - given) ** 2);
  },
  { aggregate: macroF1("label").aggregate as NonNullable<Metric["aggregate"]> },
);
