/**
 * The live side of an optimizer: scores configurations on examples, fitting where there is something to fit. Every
 * score is journaled before it counts, so that a run that is killed and started again takes the same course.
 */
import type { Journal, Json } from "@mabeam/foundation";
import { evaluate } from "../evaluation/evaluate.ts";
import type { Evaluation } from "../evaluation/evaluation.ts";
import type { Metric } from "../evaluation/metric.ts";
import { exampleKey, programKey, scoreTable, type KeyedScore, type ScoreTable } from "../evaluation/score-table.ts";
import { callMemo, type CallMemo } from "../programs/call-memo.ts";
import { fitCache, type FitCache } from "../programs/fit-cache.ts";
import type { AnyProgram } from "../programs/program.ts";
import type { Fields } from "../signatures/signature.ts";
import type { Configuration } from "../variables/configuration.ts";

/** What a scorer works with. */
export interface ScorerOptions {
  readonly program: AnyProgram;
  readonly examples: readonly Fields[];
  /** What programs are fitted to, if they learn. */
  readonly fitTo: readonly Fields[];
  readonly metric: Metric;
  readonly concurrency: number;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
  /** Where the scores are kept, and under which name. */
  readonly journal: Journal;
  readonly stream: string;
  /** Shared by the scorers of one optimizer. */
  readonly fits?: FitCache;
}

// Fitted programs that are kept at hand; what they learned is remembered by the cache of fits.
const keptPrograms = 64;

export class Scorer {
  readonly #options: ScorerOptions;
  readonly #table: ScoreTable = scoreTable();
  readonly #fits: FitCache;
  readonly #memo: CallMemo = callMemo();
  readonly #programs = new Map<string, Promise<AnyProgram>>();
  readonly #items: readonly string[];
  /** Scores by program, then by item: the table, as optimizers look at it. */
  readonly #scores = new Map<string, Map<string, number>>();
  readonly #keys = new WeakMap<Configuration, string>();
  #unwritten: KeyedScore[] = [];

  constructor(options: ScorerOptions) {
    this.#options = options;
    this.#fits = options.fits ?? fitCache({ capacity: 512 });
    this.#items = options.examples.map(exampleKey);
  }

  /** Program runs that have been scored, those of earlier lives of this run included. */
  get evaluations(): number {
    return this.#table.size;
  }

  /** Fills the table with what the journal has; what is added from then on is journaled. */
  async recover(): Promise<void> {
    const { journal, stream } = this.#options;
    this.#table.onAdd(({ program, item, entry }) => {
      const byItem = this.#scores.get(program) ?? new Map<string, number>();
      this.#scores.set(program, byItem.set(item, entry.score));
    });
    for await (const entry of journal.read(stream)) {
      if (!("record" in entry)) continue;
      const { scores } = entry.record as unknown as { scores: KeyedScore[] };
      for (const { program, item, sample, entry: score } of scores) this.#table.set(program, item, sample, score);
    }
    this.#table.onAdd((added) => this.#unwritten.push(added));
  }

  /** The scores of `config` that are known, by index of the example. */
  known(config: Configuration): Map<number, number> {
    const byItem = this.#scores.get(this.#key(config));
    const known = new Map<number, number>();
    if (byItem === undefined) return known;
    for (const [index, item] of this.#items.entries()) {
      const score = byItem.get(item);
      if (score !== undefined) known.set(index, score);
    }
    return known;
  }

  /** Which of `items` have no score yet. */
  unknown(config: Configuration, items: readonly number[]): number[] {
    const byItem = this.#scores.get(this.#key(config));
    return items.filter((index) => byItem?.has(this.#items[index] as string) !== true);
  }

  /** Scores `config` on those of `items` that have no score yet. */
  async score(config: Configuration, items: readonly number[]): Promise<void> {
    const unknown = this.unknown(config, items);
    if (unknown.length > 0) await this.evaluate(config, unknown);
  }

  /** Scores `config` on `items`, with all that an evaluation tells. What is known is not run again. */
  async evaluate(config: Configuration, items: readonly number[]): Promise<Evaluation> {
    const { examples, metric, concurrency, signal } = this.#options;
    const program = await this.fitted(config);
    const evaluation = await evaluate(program, examples, metric, {
      order: items,
      concurrency,
      scores: this.#table,
      memo: this.#memo,
      ...(signal === undefined ? {} : { signal }),
    });
    await this.#write();
    return evaluation;
  }

  /** The program with `config`, fitted. */
  fitted(config: Configuration): Promise<AnyProgram> {
    const key = this.#key(config);
    const known = this.#programs.get(key);
    if (known !== undefined) return known;
    const made = this.#fit(config);
    this.#programs.set(key, made);
    made.catch(() => this.#programs.delete(key));
    if (this.#programs.size > keptPrograms) this.#programs.delete(this.#programs.keys().next().value as string);
    return made;
  }

  async #fit(config: Configuration): Promise<AnyProgram> {
    const { program, fitTo, seed, signal } = this.#options;
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

  async #write(): Promise<void> {
    if (this.#unwritten.length === 0) return;
    const { journal, stream } = this.#options;
    const scores = this.#unwritten as unknown as Json;
    this.#unwritten = [];
    await journal.append(stream, [{ scores }]);
  }
}
