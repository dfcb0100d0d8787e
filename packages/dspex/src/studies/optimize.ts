/** Asks, evaluates and tells until a budget is spent: the loop that most people would write around a study. */
import { abortable, abortedError, invalidInput, type Clock } from "@mabeam/foundation";
import type { Configuration } from "../variables/configuration.ts";
import { leaseMs } from "./assignment.ts";
import { studyFailed } from "./refusals.ts";
import type { FinishedTrial, Outcome, Trial } from "./trial.ts";

/** Evaluates one trial. `signal` fires when nobody waits for the value any more. */
export type Objective<Config = Configuration> = (
  trial: Trial<Config>,
  context: { signal: AbortSignal },
) => Outcome | PromiseLike<Outcome>;

/** How long, how wide, and until when. */
export interface OptimizeOptions<Config = Configuration> {
  /**
   * `trials`: finished trials of the whole study, those of earlier runs and other workers included, cancelled ones not.
   * `timeMs`: after so long no trial is started; those that run are awaited. At least one of them.
   */
  budget: { trials?: number; timeMs?: number };
  /** Evaluations at once. @defaultValue 1 */
  concurrency?: number;
  signal?: AbortSignal;
  /** Called after each trial of this run; what it throws ends the run. */
  onProgress?: (progress: Progress<Config>) => void;
  /** So many failures in a row end the run with `STUDY_FAILED`. @defaultValue 10 */
  maxFailures?: number;
}

/** Where a run stands. */
export interface Progress<Config = Configuration> {
  trial: FinishedTrial<Config>;
  /** As `budget.trials` counts. */
  finished: number;
  /** Absent while no trial is complete. */
  best?: FinishedTrial<Config>;
}

/** What a run ends with. */
export interface StudyResult<Config = Configuration> {
  /** Which budget ended it. */
  stopped: "trials" | "time";
  finished: number;
  /** Absent if no trial is complete. */
  bestTrial?: FinishedTrial<Config>;
}

/** What the loop needs of a study. */
export interface OptimizedStudy {
  readonly name: string;
  readonly clock: Clock;
  /** A trial, unless so many are finished or under way. */
  askWithin(limit: number): Promise<Trial | undefined>;
  tell(trial: Trial, outcome: Outcome): Promise<FinishedTrial>;
  renew(numbers: readonly number[]): Promise<void>;
  release(numbers: readonly number[]): Promise<void>;
  standing(): { finished: number; best: FinishedTrial | undefined };
  /** Fires when the study is closed. */
  readonly closed: AbortSignal;
}

/**
 * Runs the loop on a study.
 * An objective that throws fails its trial, and the loop goes on. On abort, and on errors of the study itself, the
 * trials under way are let go, so that whoever resumes asks them again.
 */
export async function optimize(
  study: OptimizedStudy,
  objective: Objective,
  options: OptimizeOptions,
): Promise<StudyResult> {
  const { trials, timeMs } = checkedBudget(options.budget);
  const { concurrency = 1, maxFailures = 10 } = options;
  checkCount("concurrency", concurrency);
  checkCount("maxFailures", maxFailures);

  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, study.closed, ...(options.signal ? [options.signal] : [])]);
  const deadline = study.clock.monotonic() + timeMs;
  const inFlight = new Set<number>();
  const failures: Failure[] = [];

  const isTimeUp = (): boolean => study.clock.monotonic() >= deadline;
  const step = async (trial: Trial): Promise<void> => {
    inFlight.add(trial.number);
    const outcome = await evaluated(objective, trial, signal);
    const finished = await study.tell(trial, outcome.told);
    inFlight.delete(trial.number);
    noteFailure(study.name, failures, finished, maxFailures, outcome.error);
    options.onProgress?.(progressOf(study, finished));
  };
  const lane = async (): Promise<void> => {
    while (!isTimeUp()) {
      if (signal.aborted) throw abortedError(signal);
      const trial = await study.askWithin(trials);
      if (trial === undefined) return;
      await step(trial);
    }
  };

  const stopRenewing = keepRenewing(study, inFlight);
  try {
    const lanes = Array.from({ length: concurrency }, () =>
      lane().catch((error: unknown) => {
        failed.abort(error);
        throw error;
      }),
    );
    // All of them settle, since the first failure aborts the others; the first reason is the one to report.
    await Promise.allSettled(lanes);
    if (options.signal?.aborted) throw abortedError(options.signal);
    if (failed.signal.aborted) throw failed.signal.reason;
  } catch (error) {
    if (!study.closed.aborted) await study.release([...inFlight]);
    throw study.closed.aborted ? study.closed.reason : error;
  } finally {
    stopRenewing();
  }
  const { finished, best } = study.standing();
  return {
    stopped: finished >= trials || !isTimeUp() ? "trials" : "time",
    finished,
    ...(best === undefined ? {} : { bestTrial: best }),
  };
}

type Evaluated = { told: Outcome; error?: unknown };
type Failure = { number: number; reason: string };

/** The outcome of a trial; that of an objective that throws is a failure. Rejects only when aborted. */
async function evaluated(objective: Objective, trial: Trial, signal: AbortSignal): Promise<Evaluated> {
  const work = Promise.resolve()
    .then(() => objective(trial, { signal }))
    .then(
      (told): Evaluated => ({ told }),
      (error: unknown): Evaluated => ({ told: { state: "failed", reason: reasonOf(error) }, error }),
    );
  const outcome = await abortable(work, signal);
  // An objective that passed the signal on fails because of it: that says nothing about the configuration.
  if (signal.aborted) throw abortedError(signal);
  return outcome;
}

function noteFailure(
  study: string,
  failures: Failure[],
  trial: FinishedTrial,
  maxFailures: number,
  cause: unknown,
): void {
  if (trial.state !== "failed") {
    failures.length = 0;
    return;
  }
  failures.push({ number: trial.number, reason: trial.reason ?? "no reason was given" });
  if (failures.length < maxFailures) return;
  throw studyFailed(
    `${failures.length} trials of the study "${study}" failed in a row, the last because: ${failures.at(-1)?.reason}. Repair the objective and run it again: the study goes on where it stopped.`,
    { failures: [...failures] },
    cause,
  );
}

function progressOf(study: OptimizedStudy, trial: FinishedTrial): Progress {
  const { finished, best } = study.standing();
  return { trial, finished, ...(best === undefined ? {} : { best }) };
}

/** Shows signs of life for the trials under way, thrice per lease. */
function keepRenewing(study: OptimizedStudy, inFlight: ReadonlySet<number>): () => void {
  const period = leaseMs / 3;
  let stopped = false;
  const tick = (): void => {
    if (stopped) return;
    // A renewal that fails costs at most the lease: the next one, or the tell, meets the same journal.
    study.renew([...inFlight]).catch(() => {});
    timer = study.clock.after(period, tick);
  };
  let timer = study.clock.after(period, tick);
  return () => {
    stopped = true;
    timer.cancel();
  };
}

function checkedBudget(budget: OptimizeOptions["budget"] | undefined): { trials: number; timeMs: number } {
  const { trials, timeMs } = budget ?? {};
  if (trials === undefined && timeMs === undefined) {
    throw invalidInput("no-budget", "optimize needs a budget: { trials }, { timeMs } or both.");
  }
  if (trials !== undefined) checkCount("budget.trials", trials);
  if (timeMs !== undefined && !(timeMs > 0)) {
    throw invalidInput("invalid-number", `budget.timeMs must be above 0, not ${timeMs}.`, { timeMs });
  }
  return { trials: trials ?? Infinity, timeMs: timeMs ?? Infinity };
}

function checkCount(what: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw invalidInput("invalid-number", `${what} must be a whole number from 1, not ${count}.`, { value: count });
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
