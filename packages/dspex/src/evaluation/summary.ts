/** From results to one number. The unit is the example: repetitions of one are never taken for independent. */
import type { EvaluationResult, Metric } from "./metric.ts";

/** The results of each example together, in the order of the examples. */
export function byExample<R extends EvaluationResult>(results: readonly R[]): R[][] {
  const groups = new Map<number, R[]>();
  for (const result of results) {
    const group = groups.get(result.index);
    if (group === undefined) groups.set(result.index, [result]);
    else group.push(result);
  }
  return [...groups.values()];
}

/** The score of an example: the mean over its repetitions. */
export const exampleScore = (group: readonly EvaluationResult[]): number =>
  group.reduce((sum, { score }) => sum + score, 0) / group.length;

/** The metric's value for the examples that are picked by index, any of them several times. */
export function statistic(
  groups: readonly (readonly EvaluationResult[])[],
  aggregate: Metric["aggregate"],
): (indices: ArrayLike<number>) => number {
  if (aggregate === undefined) {
    const scores = Float64Array.from(groups, exampleScore);
    return (indices) => {
      let sum = 0;
      for (let place = 0; place < indices.length; place++) sum += scores[indices[place] as number] as number;
      return sum / indices.length;
    };
  }
  return (indices) => {
    const picked: EvaluationResult[] = [];
    for (let place = 0; place < indices.length; place++) picked.push(...(groups[indices[place] as number] ?? []));
    return aggregate(picked);
  };
}

/** The metric's value for all examples. */
export function summarize(groups: readonly (readonly EvaluationResult[])[], aggregate: Metric["aggregate"]): number {
  return statistic(groups, aggregate)([...groups.keys()]);
}
