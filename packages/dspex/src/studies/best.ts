/** The best of finished trials. */
import type { Direction, FinishedTrial } from "./trial.ts";

/** The complete trial with the best value; of equal ones the oldest: a tie keeps the incumbent. */
export function bestOf(finished: readonly FinishedTrial[], direction: Direction): FinishedTrial | undefined {
  const sign = direction === "maximize" ? 1 : -1;
  let best: FinishedTrial | undefined;
  for (const trial of finished) {
    if (trial.state !== "complete") continue;
    if (best === undefined || sign * (trial.value as number) > sign * (best.value as number)) best = trial;
  }
  return best;
}
