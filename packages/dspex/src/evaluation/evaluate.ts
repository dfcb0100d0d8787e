/** How good a program is: every example run and judged, many at once, with an honest interval. */
import { MabeamError, systemClock, type Clock } from "@mabeam/foundation";
import type { CallMemo } from "../programs/call-memo.ts";
import type { AnyProgram, Program } from "../programs/program.ts";
import { spending } from "../programs/trace.ts";
import type { Fields } from "../signatures/signature.ts";
import { checkEvaluation } from "./evaluate-options.ts";
import { evaluationOf, type Evaluation, type EvaluationSpent, type EvaluationStop } from "./evaluation.ts";
import { runInOrder, type RunningRow } from "./in-order.ts";
import { entryOf, inputsGiven, judge, remembered, type Item, type Judging } from "./judge.ts";
import type { EvaluationResult, Metric } from "./metric.ts";
import { exampleKey, programKey, type ScoreEntry, type ScoreTable } from "./score-table.ts";
import { byExample, summarize } from "./summary.ts";

/** What is told after each result. */
export interface EvaluationProgress<E extends object = Fields, O extends object = Fields> {
  /** Results so far, in the order of evaluation. */
  readonly done: number;
  readonly total: number;
  /** The metric's value so far; worked out when it is asked for. */
  readonly mean: number;
  readonly latest: EvaluationResult<E, O>;
}

/** How to evaluate. */
export interface EvaluateOptions<E extends object = Fields, O extends object = Fields> {
  /** Examples at once. Default 8. */
  concurrency?: number;
  signal?: AbortSignal;
  onProgress?: (progress: EvaluationProgress<E, O>) => void;
  /**
   * `evaluations`: calls of the program, of which results that a score table knows are none. `timeMs`: when it is over,
   * what is under way is dropped. Either way the examples that come first are kept.
   */
  budget?: { evaluations?: number; timeMs?: number };
  /** How often each example is run, with seeds 0, 1, …: first all once, then all again. Default 1. */
  repeats?: number;
  /** The score of an example on which program or metric fails. Default 0; needed if of the metric less is better. */
  failureScore?: number;
  /** Indices of the examples, in the order in which to evaluate; those that it leaves out are left out. Default all. */
  order?: readonly number[];
  /**
   * A race's stop rule, asked after each result with all so far. Results come in the order of evaluation at any
   * concurrency, so it decides the same at any; what was under way beyond is dropped.
   */
  until?: (soFar: readonly EvaluationResult<E, O>[]) => boolean;
  /** Knows scores, and learns new ones. */
  scores?: ScoreTable;
  /** Remembers what the parts of a program answered, for evaluations of other configurations of it. */
  memo?: CallMemo;
  /** Of the interval. Default 0. */
  seed?: number;
  /** Measures latency and the time budget. Default the system's clock. */
  clock?: Clock;
}

/** What an example must have: the inputs, and whatever the metric looks at of the outputs. */
export type ExampleFor<I extends object, O extends object> = Omit<I, keyof O> & Partial<O>;

/**
 * Runs the program on every example and judges what it gives. Never fits the program.
 *
 * A program or a metric that throws scores `failureScore`, with `error`; it does not end the evaluation.
 *
 * @throws MabeamError `INVALID_INPUT` for no examples or an option that is unknown or out of range, `ABORTED`, `BUDGET_EXHAUSTED` if the
 * budget was over before the first result
 */
export async function evaluate<I extends object, O extends object, E extends ExampleFor<I, O>>(
  program: Program<I, O>,
  examples: readonly E[],
  metric: Metric<E, O>,
  options: EvaluateOptions<E, O> = {},
): Promise<Evaluation<E, O>> {
  const run = new Run(
    program as unknown as AnyProgram,
    examples as unknown as readonly Fields[],
    metric as unknown as Metric,
    options as unknown as EvaluateOptions,
  );
  return (await run.evaluation()) as unknown as Evaluation<E, O>;
}

/** One evaluation under way: what it has seen and spent. */
class Run {
  readonly #options: EvaluateOptions;
  readonly #clock: Clock;
  readonly #judging: Judging;
  readonly #items: readonly Item[];
  readonly #inputsOf: (example: Fields) => Fields;
  readonly #program: string;
  readonly #results: EvaluationResult[] = [];
  #calls = 0;
  #spent = spending([]);
  #stopped: EvaluationStop | undefined;

  constructor(program: AnyProgram, examples: readonly Fields[], metric: Metric, options: EvaluateOptions) {
    checkEvaluation(program, examples, metric, options);
    const { clock, memo, failureScore = metric.direction === "minimize" ? undefined : 0, scores } = options;
    this.#options = options;
    this.#clock = clock ?? systemClock;
    this.#judging = { program, metric, failureScore, clock, memo };
    this.#items = itemsOf(examples, options);
    this.#inputsOf = inputsGiven(program);
    this.#program = scores === undefined ? "" : programKey(program);
  }

  async evaluation(): Promise<Evaluation> {
    const { signal, concurrency = 8, budget = {}, seed = 0 } = this.#options;
    const start = this.#clock.monotonic();
    const row = runInOrder<EvaluationResult>(
      {
        count: this.#items.length,
        concurrency,
        admit: (place) => this.#admit(this.#items[place] as Item),
        work: (place, ended) => this.#work(this.#items[place] as Item, ended),
        take: (result) => this.#take(result),
      },
      signal,
    );
    await this.#withinTime(row, budget.timeMs);
    if (this.#results.length === 0) {
      throw new MabeamError("BUDGET_EXHAUSTED", "The evaluation's budget was over before its first result.", {
        details: { budget },
      });
    }
    const { usage, costUsd } = this.#spent;
    const timeMs = this.#clock.monotonic() - start;
    const spent: EvaluationSpent = { evaluations: this.#calls, ...usage, costUsd, timeMs };
    const { metric } = this.#judging;
    return evaluationOf({ results: this.#results, metric, spent, stopped: this.#stopped, bootstrap: { seed } });
  }

  async #withinTime(row: RunningRow, timeMs: number | undefined): Promise<void> {
    if (timeMs === undefined) return row.finished;
    const timer = this.#clock.after(timeMs, () => {
      this.#stopped ??= "time";
      row.end();
    });
    try {
      await row.finished;
    } finally {
      timer.cancel();
    }
  }

  #known({ example, sample }: Item): ScoreEntry | undefined {
    return this.#options.scores?.get(this.#program, exampleKey(example), sample);
  }

  #admit(item: Item): boolean {
    if (this.#known(item) !== undefined) return true;
    if (this.#calls < (this.#options.budget?.evaluations ?? Infinity)) {
      this.#calls++;
      return true;
    }
    this.#stopped = "evaluations";
    return false;
  }

  async #work(item: Item, ended: AbortSignal): Promise<EvaluationResult> {
    const entry = this.#known(item);
    const old = entry === undefined ? undefined : await remembered(this.#judging, item, entry);
    if (old !== undefined) return old;
    if (entry !== undefined) this.#calls++;
    const result = await judge(this.#judging, item, this.#inputsOf(item.example), ended);
    this.#spent = spending([this.#spent, result]);
    this.#options.scores?.set(this.#program, exampleKey(item.example), item.sample, entryOf(result));
    return result;
  }

  #take(result: EvaluationResult): boolean {
    const { onProgress, until } = this.#options;
    const { metric } = this.#judging;
    const results = this.#results;
    results.push(result);
    onProgress?.({
      done: results.length,
      total: this.#items.length,
      get mean() {
        return summarize(byExample(results), metric.aggregate);
      },
      latest: result,
    });
    if (until?.(results) !== true || results.length === this.#items.length) return true;
    this.#stopped = "until";
    return false;
  }
}

function itemsOf(examples: readonly Fields[], { order, repeats = 1 }: EvaluateOptions): Item[] {
  const along = order ?? examples.keys();
  const once = Array.from(along, (index) => ({ example: examples[index] as Fields, index }));
  return Array.from({ length: repeats }, (_, sample) => once.map((item) => ({ ...item, sample }))).flat();
}
