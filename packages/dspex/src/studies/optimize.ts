/** Asks, evaluates and tells until a budget is spent: the loop that most people would write around a study. */
import { abortable, abortedError, breather, isMabeamError, type Clock } from "@mabeam/foundation";
import type { Configuration } from "../variables/configuration.ts";
import { leaseMs } from "./assignment.ts";
import { checkedLimits } from "./optimize-options.ts";
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
 * trials under way are let go, so that whoever resumes asks them again. What a trial gave that another worker has told
 * already is dropped.
 */
export async function optimize(
  study: OptimizedStudy,
  objective: Objective,
  options: OptimizeOptions,
): Promise<StudyResult> {
  const { trials, timeMs, concurrency, maxFailures } = checkedLimits(objective, options);
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, study.closed, ...(options.signal ? [options.signal] : [])]);
  const deadline = study.clock.monotonic() + timeMs;
  const inFlight = new Set<number>();
  const failures: Failure[] = [];
  // An objective that never waits would keep timers and abort signals from their turn.
  const breathe = breather();

  const isTimeUp = (): boolean => study.clock.monotonic() >= deadline;
  const step = async (trial: Trial): Promise<void> => {
    inFlight.add(trial.number);
    const outcome = await evaluated(objective, trial, signal);
    const finished = await toldUnlessLost(study, trial, outcome.told);
    inFlight.delete(trial.number);
    if (finished === undefined) return;
    noteFailure(study.name, failures, finished, maxFailures, outcome.error);
    options.onProgress?.(progressOf(study, finished));
  };
  const lane = async (): Promise<void> => {
    while (true) {
      await breathe();
      if (isTimeUp()) return;
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

/** The finished trial; nothing if another worker, who took it over when its lease had run out, told it before. */
async function toldUnlessLost(
  study: OptimizedStudy,
  trial: Trial,
  outcome: Outcome,
): Promise<FinishedTrial | undefined> {
  try {
    return await study.tell(trial, outcome);
  } catch (error) {
    if (isMabeamError(error, "TRIAL_CLOSED")) return undefined;
    throw error;
  }
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

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
