/** What a trial is told, checked and in the form of a record. */
import { invalidInput } from "@mabeam/foundation";
import type { Telling } from "./state.ts";
import type { Outcome } from "./trial.ts";

const states = new Set<unknown>(["pruned", "failed", "cancelled"]);

/**
 * The record of an outcome. A value that is not a finite number is a failure, with the value as its reason.
 * @throws MabeamError `INVALID_INPUT` for anything that is no outcome
 */
export function tellingOf(outcome: Outcome): Telling {
  if (typeof outcome === "number") return measured(outcome, {});
  if (typeof outcome !== "object" || outcome === null) throw noOutcome(outcome);
  if ("state" in outcome) {
    if (!states.has(outcome.state)) throw noOutcome(outcome.state);
    return { state: outcome.state, ...(outcome.reason === undefined ? {} : { reason: String(outcome.reason) }) };
  }
  if (typeof outcome.value !== "number") throw noOutcome(outcome.value);
  const { variance, n } = outcome;
  if (variance !== undefined && !(Number.isFinite(variance) && variance >= 0)) {
    throw invalidInput("invalid-variance", `A variance is a finite number from 0, not ${variance}.`, { variance });
  }
  if (n !== undefined && !(Number.isSafeInteger(n) && n >= 1)) {
    throw invalidInput("invalid-count", `The number of observations is a whole number from 1, not ${n}.`, { n });
  }
  return measured(outcome.value, {
    ...(variance === undefined ? {} : { variance }),
    ...(n === undefined ? {} : { n }),
  });
}

function measured(value: number, precision: { variance?: number; n?: number }): Telling {
  if (!Number.isFinite(value)) return { state: "failed", reason: `the value was ${value}` };
  return { state: "complete", value, ...precision };
}

const noOutcome = (shown: unknown): Error =>
  invalidInput(
    "invalid-outcome",
    `A trial is told a number, { value, variance, n }, or a state (pruned, failed, cancelled), not ${String(shown)}.`,
  );
