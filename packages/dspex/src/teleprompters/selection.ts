/**
 * The last word: the finalists of a search, the baseline and simpler answers, measured once on examples that the
 * search has not seen. The baseline stays unless a finalist is better beyond doubt.
 */
import { compare, type Comparison } from "../evaluation/compare.ts";
import type { Evaluation } from "../evaluation/evaluation.ts";
import type { Configuration } from "../variables/configuration.ts";
import type { Control, SelectScore } from "./optimized.ts";
import type { Scorer } from "./scorer.ts";

export interface Selection {
  readonly config: Configuration;
  readonly improved: boolean;
  readonly score: SelectScore;
  readonly baseline: SelectScore;
  /** Of the best finalist with the baseline. */
  readonly comparison: Comparison;
  readonly bestSingle: Control | undefined;
}

/** @param single the best simpler answer that the search knows: a control, and a finalist like the others */
export async function selectFinal(
  scorer: Scorer,
  items: readonly number[],
  baseline: Configuration,
  finalists: readonly Configuration[],
  single: Configuration | undefined,
  seed: number,
): Promise<Selection> {
  const before = await scorer.evaluate(baseline, items);
  const contenders = single === undefined ? finalists : [...finalists, single];
  // Bonferroni: each further contender is a further chance to be lucky.
  const level = 1 - 0.05 / Math.max(1, contenders.length);
  const stays: Measured = { config: baseline, evaluation: before, comparison: compare(before, before, { seed }) };
  let [best, chosen]: [Measured | undefined, Measured] = [undefined, stays];
  for (const config of contenders) {
    const evaluation = await scorer.evaluate(config, items);
    const each: Measured = { config, evaluation, comparison: compare(evaluation, before, { seed }) };
    const { difference } = each.comparison;
    const { significant } = compare(evaluation, before, { seed, level });
    if (best === undefined || difference > best.comparison.difference) best = each;
    if (significant && difference > chosen.comparison.difference) chosen = each;
  }
  return {
    config: chosen.config,
    improved: chosen !== stays,
    score: scoreOf(chosen.evaluation),
    baseline: scoreOf(before),
    comparison: (chosen === stays ? (best ?? stays) : chosen).comparison,
    bestSingle: single === undefined ? undefined : await control(scorer, items, single, chosen.evaluation, seed),
  };
}

interface Measured {
  readonly config: Configuration;
  readonly evaluation: Evaluation;
  /** With the baseline, at 95 %. */
  readonly comparison: Comparison;
}

async function control(
  scorer: Scorer,
  items: readonly number[],
  config: Configuration,
  chosen: Evaluation,
  seed: number,
): Promise<Control> {
  const evaluation = await scorer.evaluate(config, items);
  return { config, ...scoreOf(evaluation), comparison: compare(chosen, evaluation, { seed }) };
}

function scoreOf({ mean, interval }: Evaluation): SelectScore {
  return { mean, interval };
}
