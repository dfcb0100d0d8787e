/** Whether one program is better than another on the same examples, or only luckier. */
import { invalidInput } from "@mabeam/foundation";
import { bootstrapInterval, checkedBootstrap, type BootstrapOptions } from "./bootstrap.ts";
import type { Evaluation } from "./evaluation.ts";
import type { EvaluationResult } from "./metric.ts";
import { exampleKey } from "./score-table.ts";
import { signTest } from "./sign-test.ts";
import { byExample, exampleScore, statistic, summarize } from "./summary.ts";

/** The outcome of {@link compare}. */
export interface Comparison {
  /** Mean of `a` less mean of `b`, over the examples that both have. */
  readonly difference: number;
  /** Paired percentile bootstrap of the difference. */
  readonly interval: readonly [low: number, high: number];
  /** Exact two-sided sign test over the examples: how often luck alone would part wins and losses so far. */
  readonly pValue: number;
  /** Examples on which `a` is better. */
  readonly wins: number;
  /** Examples on which `b` is better. */
  readonly losses: number;
  readonly ties: number;
  /** Whether both agree at `level`: the interval excludes 0 and the sign test's p is below 1 − level. */
  readonly significant: boolean;
}

/**
 * Compares two evaluations with one metric, example by example. Examples that only one of them has are left out.
 *
 * Two tests, because each alone errs on a side: with few examples the bootstrap finds differences too easily; the sign
 * test counts wins and does not see by how much.
 *
 * @throws MabeamError `INVALID_INPUT` if they share no examples, were made of different ones or in different directions
 */
export function compare<EA extends object, OA extends object, EB extends object, OB extends object>(
  a: Evaluation<EA, OA>,
  b: Evaluation<EB, OB>,
  options: BootstrapOptions = {},
): Comparison {
  const { level = 0.95 } = checkedBootstrap(options);
  if (a.direction !== b.direction) {
    throw invalidInput(
      "different-metrics",
      "Of the two evaluations one wants more and the other less: use one metric.",
    );
  }
  const [ours, theirs] = paired(a as unknown as Evaluation, b as unknown as Evaluation);
  const sign = a.direction === "maximize" ? 1 : -1;
  const gains = ours.map((group, place) => sign * (exampleScore(group) - exampleScore(theirs[place] ?? [])));
  const wins = gains.filter((gain) => gain > 0).length;
  const losses = gains.filter((gain) => gain < 0).length;

  const [ofOurs, ofTheirs] = [statistic(ours, a.aggregate), statistic(theirs, b.aggregate)];
  const interval = bootstrapInterval(ours.length, (indices) => ofOurs(indices) - ofTheirs(indices), options);
  const pValue = signTest(wins, losses);
  return {
    difference: summarize(ours, a.aggregate) - summarize(theirs, b.aggregate),
    interval,
    pValue,
    wins,
    losses,
    ties: gains.length - wins - losses,
    significant: (interval[0] > 0 || interval[1] < 0) && pValue < 1 - level,
  };
}

type Groups = readonly (readonly EvaluationResult[])[];

function paired(a: Evaluation, b: Evaluation): [Groups, Groups] {
  const others = new Map(byExample(b.results).map((group) => [group[0]?.index, group]));
  const pairs = byExample(a.results).flatMap((group) => {
    const other = others.get(group[0]?.index);
    return other === undefined ? [] : [[group, other] as const];
  });
  if (pairs.length === 0) throw invalidInput("nothing-in-common", "The two evaluations have no example in common.");
  for (const [[mine], [yours]] of pairs) {
    if (mine === undefined || yours === undefined || mine.example === yours.example) continue;
    if (exampleKey(mine.example) === exampleKey(yours.example)) continue;
    throw invalidInput("different-examples", `The two evaluations have different examples in place ${mine.index}.`, {
      index: mine.index,
    });
  }
  return [pairs.map(([group]) => group), pairs.map(([, other]) => other)];
}
