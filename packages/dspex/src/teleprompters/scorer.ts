/**
 * The live side of an optimizer: scores configurations on examples, fitting where there is something to fit. Every
 * score is journaled before it counts, so that a run that is killed and started again takes the same course.
 */
import { MabeamError, type Journal, type Json } from "@mabeam/foundation";
import { evaluate } from "../evaluation/evaluate.ts";
import type { Evaluation } from "../evaluation/evaluation.ts";
import type { Metric } from "../evaluation/metric.ts";
import { programKey, scoreTable, type KeyedScore, type ScoreTable } from "../evaluation/score-table.ts";
import { callMemo, type CallMemo } from "../programs/call-memo.ts";
import { fitCache, type FitCache } from "../programs/fit-cache.ts";
import type { AnyProgram } from "../programs/program.ts";
import type { Fields } from "../signatures/signature.ts";
import type { Configuration } from "../variables/configuration.ts";

/** Examples, by index, and what the program that is scored on them is fitted to. */
export interface Fold {
  readonly items: readonly number[];
  readonly fitTo: readonly Fields[];
}

/** What a scorer works with. */
export interface ScorerOptions {
  readonly program: AnyProgram;
  readonly examples: readonly Fields[];
  /** Which examples are scored by a program that was fitted to what, if programs learn. Each example is in one fold. */
  readonly folds: readonly Fold[];
  readonly metric: Metric;
  readonly concurrency: number;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
  /** Where the scores are kept, and under which name. */
  readonly journal: Journal;
  readonly stream: string;
}

// Fitted programs that are kept at hand; what they learned is remembered by the cache of fits.
const keptPrograms = 64;

// So many failures without one success end the run.
const hopelessRuns = 16;

export class Scorer {
  readonly #options: ScorerOptions;
  readonly #table: ScoreTable = scoreTable();
  readonly #fits: FitCache = fitCache({ capacity: 512 });
  readonly #memo: CallMemo = callMemo();
  readonly #programs = new Map<string, Promise<AnyProgram>>();
  /**
   * Scores by program, then by index, that this life of the run has asked for. What the journal knows beyond that is
   * not shown: a resumed run must decide by what an uninterrupted one knew at the same point.
   */
  readonly #asked = new Map<string, Map<number, number>>();
  #evaluations = 0;
  /** Whether any run has succeeded. */
  #worked = false;
  readonly #keys = new WeakMap<Configuration, string>();
  #unwritten: KeyedScore[] = [];

  constructor(options: ScorerOptions) {
    this.#options = options;
  }

  /** Program runs that were asked for; those that an earlier life of this run has paid for count all the same. */
  get evaluations(): number {
    return this.#evaluations;
  }

  /** Fills the table with what the journal has; what is added from then on is journaled. */
  async recover(): Promise<void> {
    const { journal, stream } = this.#options;
    for await (const entry of journal.read(stream)) {
      if (!("record" in entry)) continue;
      const { scores } = entry.record as unknown as { scores: KeyedScore[] };
      for (const { program, item, sample, entry: score } of scores) this.#table.set(program, item, sample, score);
    }
    this.#table.onAdd((added) => this.#unwritten.push(added));
  }

  /** The scores of `config` that are known, by index of the example. */
  known(config: Configuration): ReadonlyMap<number, number> {
    return this.#asked.get(this.#key(config)) ?? new Map();
  }

  /** Which of `items` have no score yet. */
  unknown(config: Configuration, items: readonly number[]): number[] {
    const known = this.known(config);
    return items.filter((index) => !known.has(index));
  }

  /** Scores `config` on those of `items` that have no score yet. */
  async score(config: Configuration, items: readonly number[]): Promise<void> {
    const unknown = new Set(this.unknown(config, items));
    if (unknown.size === 0) return;
    try {
      for (const fold of this.#options.folds) {
        const theirs = fold.items.filter((index) => unknown.has(index));
        if (theirs.length > 0) await this.#run(config, theirs, fold);
      }
    } finally {
      // Also when the run is given up: what was paid for is kept.
      await this.#commit();
    }
  }

  /** Scores `config` on `items`, all of one fold, with all that an evaluation tells. What is known is not run again. */
  async evaluate(config: Configuration, items: readonly number[]): Promise<Evaluation> {
    const fold = this.#options.folds.find((each) => each.items.includes(items[0] as number));
    try {
      return await this.#run(config, items, fold as Fold);
    } finally {
      await this.#commit();
    }
  }

  async #run(config: Configuration, items: readonly number[], fold: Fold): Promise<Evaluation> {
    const { examples, metric, concurrency, signal } = this.#options;
    const evaluation = await evaluate(await this.fitted(config, fold), examples, metric, {
      order: items,
      concurrency,
      scores: this.#table,
      memo: this.#memo,
      ...(signal === undefined ? {} : { signal }),
    });
    this.#show(config, evaluation);
    return evaluation;
  }

  #show(config: Configuration, { results }: Evaluation): void {
    const key = this.#key(config);
    const asked = this.#asked.get(key) ?? new Map<number, number>();
    this.#asked.set(key, asked);
    for (const { index, score, error } of results) {
      if (!asked.has(index)) this.#evaluations++;
      asked.set(index, score);
      if (error === undefined) this.#worked = true;
    }
    // A program that works now and then gets its scores; one that never does has a defect, not a bad configuration.
    const reason = results[0]?.error?.message;
    if (!this.#worked && this.#evaluations >= hopelessRuns) throw studyFailed(this.#evaluations, reason);
  }

  /** Journals what was scored since the last time. Nothing may be decided by a score before. */
  async #commit(): Promise<void> {
    if (this.#unwritten.length === 0) return;
    const { journal, stream } = this.#options;
    const scores = this.#unwritten as unknown as Json;
    this.#unwritten = [];
    await journal.append(stream, [{ scores }]);
  }

  /** The program with `config`, fitted to what belongs to the fold. */
  fitted(config: Configuration, fold: Fold = this.#options.folds[0] as Fold): Promise<AnyProgram> {
    const key = `${this.#key(config)} ${this.#options.folds.indexOf(fold)}`;
    const known = this.#programs.get(key);
    if (known !== undefined) return known;
    const made = this.#fit(config, fold.fitTo);
    this.#programs.set(key, made);
    made.catch(() => this.#programs.delete(key));
    if (this.#programs.size > keptPrograms) this.#programs.delete(this.#programs.keys().next().value as string);
    return made;
  }

  async #fit(config: Configuration, fitTo: readonly Fields[]): Promise<AnyProgram> {
    const { program, seed, signal } = this.#options;
    const configured = program.withConfig(config);
    if (!configured.fits) return configured;
    return configured.fit(fitTo, { seed, cache: this.#fits, ...(signal === undefined ? {} : { signal }) });
  }

  /** What `programKey` will say of the fitted program: not what was learned is part of it, but that something was. */
  #key(config: Configuration): string {
    const known = this.#keys.get(config);
    if (known !== undefined) return known;
    const configured = this.#options.program.withConfig(config);
    const key = programKey({ ...configured, learned: configured.fits ? true : configured.learned });
    this.#keys.set(config, key);
    return key;
  }
}

function studyFailed(runs: number, reason: string | undefined): MabeamError {
  const message = `None of the first ${runs} program runs succeeded: ${reason}. Mend the program or the metric, and start again.`;
  return new MabeamError("STUDY_FAILED", message, { details: { runs, reason } });
}
