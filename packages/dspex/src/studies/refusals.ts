/** What a study refuses, and in which words. */
import { canonicalJson, invalidInput, MabeamError } from "@mabeam/foundation";
import type { StudyRecord, StudyState } from "./state.ts";

/** `TRIAL_CLOSED`: it has been told already. */
function trialClosed(number: number, state: string): MabeamError {
  return new MabeamError("TRIAL_CLOSED", `Trial ${number} is ${state} already; what a trial was told is final.`, {
    details: { number, state },
  });
}

/** `STUDY_FAILED`, with what led there. */
export function studyFailed(message: string, details: Record<string, unknown>, cause?: unknown): MabeamError {
  return new MabeamError("STUDY_FAILED", message, cause === undefined ? { details } : { details, cause });
}

/** `CLOSED`: the study was closed. */
export function studyClosed(name: string): MabeamError {
  return new MabeamError("CLOSED", `The study "${name}" is closed. Open it again with createStudy.`, {
    details: { study: name },
  });
}

type Created = Extract<StudyRecord, { type: "study_created" }>;

/** Refuses to resume a study as something else than it was founded as. */
export function checkSame(existing: Created, wanted: Created, seedWasGiven: boolean): void {
  const refuse = (what: string): never => {
    throw invalidInput(
      "other-study",
      `The journal has a study "${existing.name}" with another ${what}. Choose another name, or open it as it was.`,
      { study: existing.name },
    );
  };
  if (canonicalJson(existing.space) !== canonicalJson(wanted.space)) refuse("space");
  if (existing.directions[0] !== wanted.directions[0]) refuse("direction");
  if (seedWasGiven && existing.seed !== wanted.seed) refuse("seed");
}

/** Refuses a trial that is finished (`TRIAL_CLOSED`) or was never asked for. */
export function checkRunning(state: StudyState, number: number): void {
  if (state.running.has(number)) return;
  const finished = state.finished.find((trial) => trial.number === number);
  if (finished !== undefined) throw trialClosed(number, finished.state);
  throw invalidInput("unknown-trial", `The study has no trial ${number}; it was never asked for.`, { number });
}

/** The number of a trial that is given by itself or by its number. */
export function numberOf(trial: { readonly number: number } | number): number {
  const number: unknown =
    typeof trial === "number" ? trial : (trial as { number?: unknown } | null | undefined)?.number;
  if (typeof number === "number") return number;
  throw invalidInput("unknown-trial", `A trial is given by itself or by its number, not by ${typeof trial}.`);
}

export function checkReport(value: number, step: number): void {
  if (Number.isFinite(value) && Number.isSafeInteger(step) && step >= 0) return;
  throw invalidInput(
    "invalid-report",
    `A report is a finite value at a whole step from 0, not ${String(value)} at ${String(step)}.`,
    { value, step },
  );
}

export function checkAttribute(key: string): void {
  if (typeof key === "string" && key !== "" && key !== "__proto__") return;
  throw invalidInput("invalid-attribute", `An attribute's key is a string that is not empty, not ${String(key)}.`);
}
