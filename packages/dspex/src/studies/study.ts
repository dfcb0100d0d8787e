/**
 * A study: ask for a configuration, evaluate it anywhere, tell its value. Everything is journaled before it counts, so
 * that a killed study goes on where it was, and many processes may share one.
 */
import { fileJournal, memoryJournal, type Clock, type Events, type Journal, type Json } from "@mabeam/foundation";
import type { Configuration } from "../variables/configuration.ts";
import type { Space } from "../variables/space.ts";
import type { Importance, ImportanceOptions } from "./importance.ts";
import { OpenStudy } from "./open-study.ts";
import type { Objective, OptimizeOptions, StudyResult } from "./optimize.ts";
import type { Sampler } from "./samplers/sampler.ts";
import { checkStudyOptions } from "./study-options.ts";
import type { Direction, FinishedTrial, Outcome, Trial, TrialRecord, TrialState } from "./trial.ts";

/** What {@link createStudy} takes. */
export interface StudyOptions<Config extends object> {
  /** Names the study in its journal. An existing one is resumed. */
  name: string;
  space: Space<Config>;
  /** One entry. @defaultValue ["maximize"] */
  directions?: readonly Direction[];
  /** @defaultValue tpeSampler() */
  sampler?: Sampler;
  /** A journal, which stays yours to close, or the folder of a file journal. @defaultValue in memory */
  journal?: Journal | string;
  /** Everything drawn by chance follows from it. @defaultValue drawn once, and kept in the journal */
  seed?: number | string;
  /** @defaultValue the machine's */
  clock?: Clock;
}

/** What a study tells about, also when another worker did it (then at the next call that reads the journal). */
export interface StudyEvents<Config = Configuration> {
  "trial:asked": TrialRecord<Config>;
  "trial:reported": TrialRecord<Config>;
  "trial:told": FinishedTrial<Config>;
}

/** A study that is open in this process. */
export interface Study<Config extends object = Configuration> extends AsyncDisposable {
  readonly name: string;
  readonly space: Space<Config>;
  readonly directions: readonly Direction[];
  readonly seed: number | string;
  readonly events: Events<StudyEvents<Config>>;
  /**
   * The next trial: one that a dead worker left behind (the same configuration and number), else an enqueued one, else
   * what the sampler proposes. Numbers count from 0 without gaps, over all workers.
   */
  ask(): Promise<Trial<Config>>;
  /**
   * Ends a trial, given by itself or by its number.
   * @throws MabeamError `TRIAL_CLOSED` when it is finished already, `INVALID_INPUT` for an unknown one or no outcome
   */
  tell(trial: Trial<Config> | number, outcome: Outcome): Promise<FinishedTrial<Config>>;
  /**
   * Tries a configuration before the sampler's next proposal; what it leaves out takes its default. One that has been
   * enqueued or asked before is not queued again, so that a resumed script may repeat its calls, unless `repeat`.
   * @returns whether it was queued
   * @throws MabeamError `INVALID_INPUT` for a configuration that is not valid
   */
  enqueue(config: Partial<Config>, options?: { repeat?: boolean }): Promise<boolean>;
  /** All trials that this process knows of, in the order of their numbers. */
  trials(filter?: { state?: TrialState }): TrialRecord<Config>[];
  /** The best complete trial; of equal ones the oldest. @throws MabeamError `STUDY_FAILED` while there is none */
  readonly bestTrial: FinishedTrial<Config>;
  /**
   * Asks, evaluates and tells until the budget is spent.
   * @throws MabeamError `STUDY_FAILED` after `maxFailures` failures in a row, `ABORTED`, `CLOSED`, `INVALID_INPUT`
   */
  optimize(objective: Objective<Config>, options: OptimizeOptions<Config>): Promise<StudyResult<Config>>;
  /** How much each variable matters, from the trials so far: see {@link importance}. */
  importance(options?: Omit<ImportanceOptions, "direction">): Importance;
  /** Reads what other workers have written. */
  refresh(): Promise<void>;
  toJSON(): Json;
  /** One row per trial. */
  toCSV(): string;
  /** Lets go of the trials that it holds, and of a journal that it opened. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens a study, a new one or the one of this name in the journal.
 * @throws MabeamError `INVALID_INPUT` for a bad name or an unknown option, more than one direction, or an existing study with another space,
 * direction or seed
 */
export async function createStudy<Config extends object>(options: StudyOptions<Config>): Promise<Study<Config>> {
  const direction = checkStudyOptions(options);
  const { journal } = options;
  const owned = typeof journal === "object" ? undefined : openJournal(journal);
  const study = new OpenStudy(options as unknown as StudyOptions<Configuration>, direction, owned);
  try {
    await study.open();
  } catch (error) {
    await owned?.close();
    throw error;
  }
  // The class works on plain configurations; the type of the space is a promise to the caller alone.
  return study as unknown as Study<Config>;
}

const openJournal = (folder: string | undefined): Journal =>
  folder === undefined ? memoryJournal() : fileJournal(folder);
