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

/** @param single the best simpler answer that the search knows, to be measured as a control */
export async function selectFinal(
  scorer: Scorer,
  items: readonly number[],
  baseline: Configuration,
  finalists: readonly Configuration[],
  single: Configuration | undefined,
  seed: number,
): Promise<Selection> {
  const before = await scorer.evaluate(baseline, items);
  const measured = [{ config: baseline, evaluation: before, comparison: compare(before, before, { seed }) }];
  // Bonferroni: each further finalist is a further chance to be lucky.
  const level = 1 - 0.05 / Math.max(1, finalists.length);
  for (const config of finalists) {
    const evaluation = await scorer.evaluate(config, items);
    measured.push({ config, evaluation, comparison: compare(evaluation, before, { seed, level }) });
  }
  const byGain = measured.slice(1).toSorted((a, b) => b.comparison.difference - a.comparison.difference);
  const winner = byGain.find(({ comparison }) => comparison.significant && comparison.difference > 0);
  const best = winner ?? byGain[0] ?? measured[0];
  const chosen = winner ?? measured[0];
  if (chosen === undefined || best === undefined) throw new RangeError("There is always the baseline.");
  return {
    config: chosen.config,
    improved: winner !== undefined,
    score: scoreOf(chosen.evaluation),
    baseline: scoreOf(before),
    comparison: best.comparison,
    bestSingle: single === undefined ? undefined : await control(scorer, items, single, chosen.evaluation, seed),
  };
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
