/**
 * SIMBA, stochastic introspective mini-batch ascent (after DSPy's optimizer of that name), for programs and teams.
 *
 * Each step takes a mini-batch of examples, scores the best candidates on it, and looks at the examples on which they
 * disagree most. For each of those a child is made of a parent by one move: a parameter, the members, the topology, the
 * aggregation, or the block that made another candidate do better there. Which kind of move is a bandit that learns
 * what pays. A child must beat its parent on the same examples, in a sequential paired test, to join the pool. What
 * differs from DSPy: scores of different batches are never compared as they are (an additive model takes the items'
 * difficulty out), children are raced instead of fully evaluated, and one untouched split decides at the end.
 */
import type { ExampleFor } from "../../evaluation/evaluate.ts";
import type { AnyProgram, Program } from "../../programs/program.ts";
import type { Optimized } from "../optimized.ts";
import type { SimbaOptions } from "./options.ts";

/**
 * Optimizes a program or a team: its parameters, members, topology and aggregation.
 *
 * @throws MabeamError `INVALID_INPUT` for options that cannot work, a budget too small to decide anything, or a journal
 * of another run; `ABORTED`; and what fitting throws
 * @example
 * const best = await simba(team, { trainset, metric: exactMatch("label"), budget: { evaluations: 20_000 }, seed: 7 });
 * await best.save("team.json");
 */
export async function simba<I extends object, O extends object, E extends ExampleFor<I, O>>(
  program: Program<I, O>,
  options: SimbaOptions<E, O>,
): Promise<Optimized<I, O>> {
  // Here, and not with the package: a service that loads what was optimized never needs the optimizer.
  const { Run } = await import("./run.ts");
  const run = new Run(program as unknown as AnyProgram, options as unknown as SimbaOptions);
  return (await run.optimize()) as unknown as Optimized<I, O>;
}
