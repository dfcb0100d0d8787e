/**
 * The live side of a study. Decisions are made in `assignment.ts`, `state.ts` and the sampler, all pure; here they meet
 * the clock, this process and the journal.
 */
import { randomInt } from "node:crypto";
import { checkOptions, Events, systemClock, type Clock, type Journal, type Json } from "@mabeam/foundation";
import type { Configuration } from "../variables/configuration.ts";
import type { Space } from "../variables/space.ts";
import { assign, countedTrials, type Assignment } from "./assignment.ts";
import { bestOf } from "./best.ts";
import { csvOf } from "./csv.ts";
import { importance, type Importance, type ImportanceOptions } from "./importance.ts";
import { Ledger, type Decision } from "./ledger.ts";
import { optimize, type Objective, type OptimizeOptions, type StudyResult } from "./optimize.ts";
import { tellingOf } from "./outcome.ts";
import { checkedConfiguration, isKnown, propose } from "./proposal.ts";
import { checkRunning, checkSame, numberOf, studyClosed, studyFailed } from "./refusals.ts";
import type { Sampler } from "./samplers/sampler.ts";
import { tpeSampler } from "./samplers/tpe/tpe.ts";
import { published, type RunningTrial, type StudyRecord, type StudyState, type Worker } from "./state.ts";
import type { Study, StudyEvents, StudyOptions } from "./study.ts";
import type { Direction, FinishedTrial, Outcome, Trial, TrialRecord, TrialState } from "./trial.ts";
import { trialInHand } from "./trial-in-hand.ts";
import { processExists, thisWorker } from "./worker.ts";

type Created = Extract<StudyRecord, { type: "study_created" }>;

/** A {@link Study} in this process. */
export class OpenStudy implements Study {
  readonly name: string;
  readonly space: Space;
  readonly directions: readonly [Direction];
  readonly events: Events<StudyEvents>;
  readonly #sampler: Sampler;
  readonly #clock: Clock;
  readonly #givenSeed: number | string | undefined;
  readonly #owned: Journal | undefined;
  readonly #ledger: Ledger;
  readonly #worker: Worker = thisWorker();
  readonly #closed = new AbortController();
  #closing: Promise<void> | undefined;

  /** @param owned a journal to close with the study, unless the options bring one */
  constructor(options: StudyOptions<Configuration>, direction: Direction, owned: Journal | undefined) {
    this.name = options.name;
    this.space = options.space;
    this.directions = [direction];
    this.#sampler = options.sampler ?? tpeSampler();
    this.#clock = options.clock ?? systemClock;
    this.#givenSeed = options.seed;
    this.#owned = owned;
    this.events = new Events((error, event) => {
      process.emitWarning(`A listener of ${event} on the study "${this.name}" threw: ${String(error)}`);
    });
    const journal = owned ?? (options.journal as Journal);
    this.#ledger = new Ledger(journal, this.name, (record, state) => this.#tellListeners(record, state));
  }

  /** Reads the study, or founds it. */
  async open(): Promise<void> {
    await this.#ledger.refresh();
    const wanted: Created = {
      type: "study_created",
      version: 1,
      name: this.name,
      directions: this.directions,
      seed: this.#givenSeed ?? randomInt(2 ** 32),
      // Through text, so that it can be compared with what comes back from a journal.
      space: JSON.parse(JSON.stringify(this.space)),
    };
    await this.#ledger.commit((state) => {
      if (state.created === undefined) return { records: [wanted], answer: () => undefined };
      checkSame(state.created, wanted, this.#givenSeed !== undefined);
      return { records: [], answer: () => undefined };
    });
  }

  get seed(): number | string {
    return (this.#state.created as Created).seed;
  }

  get bestTrial(): FinishedTrial {
    const best = bestOf(this.#state.finished, this.directions[0]);
    if (best !== undefined) return best;
    throw studyFailed(`The study "${this.name}" has no complete trial yet.`, { finished: this.#state.finished.length });
  }

  async ask(): Promise<Trial> {
    return (await this.askWithin(Infinity)) as Trial;
  }

  /** As `ask`, but nothing where `limit` trials are finished or under way. */
  askWithin(limit: number): Promise<Trial | undefined> {
    return this.#commit((state) => {
      const now = this.#clock.now();
      const assignment = assign(state, { worker: this.#worker, now, isAlive: processExists, limit });
      if (assignment.kind === "none") return { records: [], answer: () => undefined };
      const record = this.#askedRecord(assignment, state, now);
      return { records: [record], answer: (next) => this.#inHand(next.running.get(record.number) as RunningTrial) };
    });
  }

  tell(trial: Trial | number, outcome: Outcome): Promise<FinishedTrial> {
    return this.#commit((state) => {
      const number = numberOf(trial);
      checkRunning(state, number);
      return {
        records: [{ type: "trial_told", number, ...tellingOf(outcome) }],
        answer: (next) => next.finished.findLast((each) => each.number === number) as FinishedTrial,
      };
    });
  }

  enqueue(config: Configuration, options: { repeat?: boolean } = {}): Promise<boolean> {
    return this.#commit((state) => {
      checkOptions(options, ["repeat"], "enqueue");
      const complete = checkedConfiguration(this.space, this.space.complete(config), "This configuration is not valid");
      const known = options.repeat !== true && isKnown(state, this.space, complete);
      return { records: known ? [] : [{ type: "enqueued", config: complete }], answer: () => !known };
    });
  }

  trials(filter: { state?: TrialState } = {}): TrialRecord[] {
    checkOptions(filter, ["state"], "trials");
    const running = [...this.#state.running.values()].map(published);
    return [...this.#state.finished, ...running]
      .filter((trial) => filter.state === undefined || trial.state === filter.state)
      .toSorted((a, b) => a.number - b.number);
  }

  optimize(objective: Objective, options: OptimizeOptions): Promise<StudyResult> {
    return optimize(
      {
        name: this.name,
        clock: this.#clock,
        closed: this.#closed.signal,
        askWithin: (limit) => this.askWithin(limit),
        tell: (trial, outcome) => this.tell(trial, outcome),
        renew: (numbers) =>
          this.#sign(numbers, (mine) => ({ type: "leases_renewed", numbers: mine, at: this.#clock.now() })),
        release: (numbers) => this.#sign(numbers, (mine) => ({ type: "trials_released", numbers: mine })),
        standing: () => ({
          finished: countedTrials(this.#state),
          best: bestOf(this.#state.finished, this.directions[0]),
        }),
      },
      objective,
      options,
    );
  }

  importance(options: Omit<ImportanceOptions, "direction"> = {}): Importance {
    return importance(this.#state.finished, this.space, { ...options, direction: this.directions[0] });
  }

  async refresh(): Promise<void> {
    this.#checkOpen();
    await this.#ledger.refresh();
  }

  toJSON(): Json {
    const { name, directions, seed, space } = this.#state.created as Created;
    return JSON.parse(JSON.stringify({ name, directions, seed, space, trials: this.trials() })) as Json;
  }

  toCSV(): string {
    return csvOf(
      this.trials(),
      this.space.variables.map((variable) => variable.name),
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #state(): StudyState {
    return this.#ledger.state;
  }

  async #close(): Promise<void> {
    const held = [...this.#state.running.values()].filter((trial) => trial.worker.id === this.#worker.id);
    const release = this.#sign(
      held.map((trial) => trial.number),
      (mine) => ({ type: "trials_released", numbers: mine }),
    );
    this.#closed.abort(studyClosed(this.name));
    try {
      await release;
    } finally {
      await this.#owned?.close();
      this.events.removeAllListeners();
    }
  }

  async #commit<Answer>(decide: (state: StudyState) => Decision<Answer>): Promise<Answer> {
    this.#checkOpen();
    return this.#ledger.commit(decide);
  }

  #checkOpen(): void {
    if (this.#closed.signal.aborted) throw studyClosed(this.name);
  }

  /** Writes something about those of the trials that this study still holds. */
  #sign(numbers: readonly number[], record: (mine: readonly number[]) => StudyRecord): Promise<void> {
    return this.#commit((state) => {
      const mine = numbers.filter((number) => state.running.get(number)?.worker.id === this.#worker.id);
      return { records: mine.length === 0 ? [] : [record(mine)], answer: () => undefined };
    });
  }

  #askedRecord(
    assignment: Exclude<Assignment, { kind: "none" }>,
    state: StudyState,
    at: number,
  ): Extract<StudyRecord, { number: number }> {
    const worker = this.#worker;
    if (assignment.kind === "retake") {
      return { type: "trial_retaken", number: assignment.trial.number, worker, at };
    }
    const number = state.asked;
    if (assignment.kind === "queued") {
      return { type: "trial_asked", number, config: assignment.config, worker, at, queued: true };
    }
    return { type: "trial_asked", number, config: propose(state, this.#sampler, this.space), worker, at };
  }

  #inHand(trial: RunningTrial): Trial {
    return trialInHand(trial, this.#clock, (record) =>
      this.#commit((state) => {
        checkRunning(state, trial.number);
        return { records: [record], answer: () => undefined };
      }),
    );
  }

  #tellListeners(record: StudyRecord, state: StudyState): void {
    if (record.type === "trial_told") {
      const told = state.finished.findLast((each) => each.number === record.number) as FinishedTrial;
      this.events.emit("trial:told", told);
    } else if (record.type === "trial_asked" || record.type === "trial_reported") {
      const name = record.type === "trial_asked" ? "trial:asked" : "trial:reported";
      this.events.emit(name, published(state.running.get(record.number) as RunningTrial));
    }
  }
}
