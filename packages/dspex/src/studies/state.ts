/**
 * What a study is: the fold of its records. The journal holds the records; everything else follows from them, in every
 * process in the same way. Nothing here waits, reads a clock or draws by chance.
 */
import { MabeamError, type Json } from "@mabeam/foundation";
import { frozen, type Configuration } from "../variables/configuration.ts";
import type { SpaceJson } from "../variables/space.ts";
import type { Direction, FinishedState, FinishedTrial, TrialRecord } from "./trial.ts";

/** Who works on a trial. */
export interface Worker {
  /** One open study; a process may have several. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
}

/** What the stream `study/<name>` is made of. Times are milliseconds since the epoch. */
export type StudyRecord =
  | {
      readonly type: "study_created";
      readonly version: 1;
      readonly name: string;
      readonly directions: readonly [Direction];
      readonly seed: number | string;
      readonly space: SpaceJson;
    }
  | { readonly type: "enqueued"; readonly config: Configuration }
  | {
      readonly type: "trial_asked";
      readonly number: number;
      readonly config: Configuration;
      readonly worker: Worker;
      readonly at: number;
      /** Whether it is the head of the queue. */
      readonly queued?: true;
    }
  | { readonly type: "trial_retaken"; readonly number: number; readonly worker: Worker; readonly at: number }
  | { readonly type: "leases_renewed"; readonly numbers: readonly number[]; readonly at: number }
  | { readonly type: "trials_released"; readonly numbers: readonly number[] }
  | {
      readonly type: "trial_reported";
      readonly number: number;
      readonly value: number;
      readonly step: number;
      readonly at: number;
    }
  | {
      readonly type: "attr_set";
      readonly number: number;
      readonly key: string;
      readonly value: Json;
      readonly at: number;
    }
  | ({ readonly type: "trial_told"; readonly number: number } & Telling);

/** How a trial ends. */
export interface Telling {
  readonly state: FinishedState;
  readonly value?: number;
  readonly variance?: number;
  readonly n?: number;
  readonly reason?: string;
}

/** A trial that is under way. */
export type RunningTrial = TrialRecord & {
  readonly state: "running";
  readonly worker: Worker;
  /** The last sign of life; absent when its worker let go of it. */
  readonly aliveAt?: number;
};

/** A study at one position of its stream. */
export interface StudyState {
  readonly created?: Extract<StudyRecord, { type: "study_created" }>;
  /** The number of the next new trial. */
  readonly asked: number;
  readonly running: ReadonlyMap<number, RunningTrial>;
  /** In the order of their numbers. */
  readonly finished: readonly FinishedTrial[];
  readonly queue: readonly Configuration[];
}

export const emptyStudy: StudyState = { asked: 0, running: new Map(), finished: [], queue: [] };

/** The state after one more record. Records of types that a later version may add change nothing. */
export function fold(state: StudyState, record: StudyRecord): StudyState {
  switch (record.type) {
    case "study_created":
      return { ...state, created: record };
    case "enqueued":
      return { ...state, queue: [...state.queue, record.config] };
    case "trial_asked":
      return asked(state, record);
    case "trial_retaken":
      // From the start again: what the lost worker reported will be reported again.
      return changed(state, record.number, { worker: record.worker, aliveAt: record.at, reports: [], attrs: {} });
    case "leases_renewed":
      return record.numbers.reduce((next, number) => changed(next, number, { aliveAt: record.at }), state);
    case "trials_released":
      return record.numbers.reduce(released, state);
    case "trial_reported":
      return reported(state, record);
    case "attr_set":
      return changed(state, record.number, {
        aliveAt: record.at,
        attrs: { ...runningTrial(state, record.number).attrs, [record.key]: record.value },
      });
    case "trial_told":
      return told(state, record);
    default:
      return state;
  }
}

function asked(state: StudyState, record: Extract<StudyRecord, { type: "trial_asked" }>): StudyState {
  if (record.number !== state.asked) throw corrupt(`trial ${record.number} follows trial ${state.asked - 1}`);
  const trial: RunningTrial = {
    id: `${state.created?.name ?? ""}/${record.number}`,
    number: record.number,
    config: frozen(record.config),
    state: "running",
    reports: [],
    attrs: {},
    worker: record.worker,
    aliveAt: record.at,
  };
  return {
    ...state,
    asked: record.number + 1,
    running: new Map(state.running).set(trial.number, trial),
    queue: record.queued === true ? state.queue.slice(1) : state.queue,
  };
}

function reported(state: StudyState, record: Extract<StudyRecord, { type: "trial_reported" }>): StudyState {
  const { reports } = runningTrial(state, record.number);
  return changed(state, record.number, {
    aliveAt: record.at,
    reports: [...reports, { step: record.step, value: record.value }],
  });
}

function released(state: StudyState, number: number): StudyState {
  const { aliveAt: _, ...trial } = runningTrial(state, number);
  return { ...state, running: new Map(state.running).set(number, trial) };
}

function told(state: StudyState, record: Extract<StudyRecord, { type: "trial_told" }>): StudyState {
  const { worker: _worker, aliveAt: _aliveAt, ...trial } = runningTrial(state, record.number);
  const { type: _type, number, ...telling } = record;
  const last = telling.state === "pruned" ? trial.reports.at(-1) : undefined;
  const finished: FinishedTrial = { ...trial, ...(last === undefined ? {} : { value: last.value }), ...telling };
  const running = new Map(state.running);
  running.delete(number);
  // Told in another order than asked: its place is before all with larger numbers.
  const place = state.finished.findLastIndex((each) => each.number < number) + 1;
  return { ...state, running, finished: state.finished.toSpliced(place, 0, finished) };
}

function changed(state: StudyState, number: number, changes: Partial<RunningTrial>): StudyState {
  const trial = { ...runningTrial(state, number), ...changes };
  return { ...state, running: new Map(state.running).set(number, trial) };
}

// Appends are compare-and-set on the state that they were decided on: this is a damaged stream, not a race.
function runningTrial(state: StudyState, number: number): RunningTrial {
  const trial = state.running.get(number);
  if (trial === undefined) throw corrupt(`a record speaks of trial ${number}, which is not running`);
  return trial;
}

const corrupt = (what: string): MabeamError =>
  new MabeamError("JOURNAL_CORRUPT", `The study's stream does not make sense: ${what}. Restore it from a copy.`);

/** A running trial without what only the study's own book-keeping needs. */
export function published(trial: RunningTrial): TrialRecord {
  const { worker: _worker, aliveAt: _aliveAt, ...known } = trial;
  return known;
}
