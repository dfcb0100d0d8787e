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
  const stays: Measured = { config: baseline, evaluation: before, difference: 0 };
  let [best, chosen]: [Measured, Measured] = [stays, stays];
  for (const config of contenders) {
    const evaluation = await scorer.evaluate(config, items);
    const { difference, significant } = compare(evaluation, before, { seed, level });
    const each: Measured = { config, evaluation, difference };
    if (best === stays || difference > best.difference) best = each;
    if (significant && difference > chosen.difference) chosen = each;
  }
  const reported = chosen === stays ? best : chosen;
  return {
    config: chosen.config,
    improved: chosen !== stays,
    score: scoreOf(chosen.evaluation),
    baseline: scoreOf(before),
    // People read 95 %, whatever the level of the decision.
    comparison: compare(reported.evaluation, before, { seed }),
    bestSingle: single === undefined ? undefined : await control(scorer, items, single, chosen.evaluation, seed),
  };
}

interface Measured {
  readonly config: Configuration;
  readonly evaluation: Evaluation;
  /** Less the baseline. */
  readonly difference: number;
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
