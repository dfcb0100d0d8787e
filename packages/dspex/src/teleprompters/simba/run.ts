/** One run of SIMBA, from the examples to the account of what came of it. */
import {
  fileJournal,
  invalidInput,
  memoryJournal,
  seededRandom,
  systemClock,
  type Clock,
  type Journal,
} from "@mabeam/foundation";
import type { Metric } from "../../evaluation/metric.ts";
import type { AnyProgram } from "../../programs/program.ts";
import type { Fields } from "../../signatures/signature.ts";
import { importance } from "../../studies/importance.ts";
import { tpeSampler } from "../../studies/samplers/tpe/tpe.ts";
import type { Configuration } from "../../variables/configuration.ts";
import { claimRun } from "../claim-run.ts";
import { reportOf, type Optimized } from "../optimized.ts";
import { Scorer } from "../scorer.ts";
import { selectFinal } from "../selection.ts";
import { singlesOf } from "../singles.ts";
import { foldsOf, outputsText, splitSearchSelect, stratifiedOrder, type Split } from "../split.ts";
import { checkSimbaOptions, defaults, type SimbaOptions } from "./options.ts";
import { Search } from "./search.ts";

/** Finalists that are measured on the select examples. */
const finalistCount = 4;

/** Programs that learn are scored by cross-fitting: fitted to one half of the search examples, scored on the other. */
const foldCount = 2;

export class Run {
  readonly #program: AnyProgram;
  readonly #options: SimbaOptions & typeof defaults;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #evaluations: () => number = () => 0;

  constructor(program: AnyProgram, options: SimbaOptions) {
    this.#program = program;
    this.#options = { ...defaults, ...options };
    checkSimbaOptions(program, this.#options);
    this.#clock = options.clock ?? systemClock;
    this.#startedAt = this.#clock.monotonic();
  }

  async optimize(): Promise<Optimized> {
    const { journal } = this.#options;
    const opened = typeof journal === "string" ? fileJournal(journal) : (journal ?? memoryJournal());
    try {
      return await this.#optimize(opened);
    } finally {
      if (typeof journal !== "object") await opened.close();
    }
  }

  async #optimize(journal: Journal): Promise<Optimized> {
    const { trainset, valset, seed, budget } = this.#options;
    const splits = this.#split();
    await claimRun(journal, "simba", this.#program, this.#options);
    const folds = this.#program.fits ? foldsOf(splits.search, foldCount) : [{ items: splits.search, fitTo: [] }];
    const searching = await this.#scorer(journal, "search", trainset, folds);
    const whole = [{ items: splits.select, fitTo: splits.search }];
    const selecting = await this.#scorer(journal, "select", valset ?? trainset, whole);
    this.#evaluations = () => searching.evaluations + selecting.evaluations;

    const baseline = this.#program.config;
    const singles = this.#singles(baseline);
    const reserved = this.#reserved(splits, singles.length);
    const affords = (runs: number): boolean =>
      this.#evaluations() + runs <= budget.evaluations - reserved && this.#elapsed() < (budget.timeMs ?? Infinity);
    const search = this.#search(searching, splits.search, baseline, affords);
    const stopped = await search.run();

    const finalists = search.finalists(finalistCount);
    const single = await this.#bestSingle(searching, splits.search, [...singles, ...this.#singles(finalists[0])]);
    this.#tell("select", search);
    const selection = await selectFinal(selecting, splits.select, baseline, finalists, single, seed);
    const fitted = await selecting.fitted(selection.config);
    this.#tell("done", search);
    return this.#result(search, stopped, selection, fitted);
  }

  #split(): Split {
    const { trainset, valset, seed } = this.#options;
    const random = seededRandom(seed).split("split");
    const outputs = this.#program.signature.fields.outputs.map(({ name }) => name);
    const ordered = (examples: readonly Fields[]): number[] =>
      stratifiedOrder([...examples.keys()], (index) => outputsText(examples[index] as Fields, outputs), random);
    const order = ordered(trainset);
    return valset === undefined ? splitSearchSelect(order) : { search: order, select: ordered(valset) };
  }

  async #scorer(
    journal: Journal,
    phase: string,
    examples: readonly Fields[],
    folds: readonly { items: readonly number[]; fitTo: readonly number[] }[],
  ): Promise<Scorer> {
    const { trainset, metric, concurrency, seed, signal } = this.#options;
    const scorer = new Scorer({
      program: this.#program,
      examples,
      folds: folds.map(({ items, fitTo }) => ({ items, fitTo: fitTo.map((index) => trainset[index] as Fields) })),
      metric: metric as Metric,
      concurrency,
      seed,
      signal,
      journal,
      stream: `simba/${phase}`,
    });
    await scorer.recover();
    return scorer;
  }

  #search(
    scorer: Scorer,
    order: readonly number[],
    baseline: Configuration,
    affords: (runs: number) => boolean,
  ): Search {
    const { batchSize, numCandidates, maxSteps, seed, signal, budget, onProgress } = this.#options;
    return new Search({
      space: this.#program.space,
      baseline,
      scorer,
      order,
      batchSize: Math.min(batchSize, order.length),
      numCandidates,
      maxSteps,
      raceItems: Math.min(this.#raceItems, order.length),
      maxCandidates: budget.trials ?? Infinity,
      sampler: tpeSampler(),
      affords,
      random: seededRandom(seed).split("simba"),
      signal,
      onProgress: (progress) =>
        onProgress?.({
          ...progress,
          phase: "search",
          steps: maxSteps,
          evaluations: this.#evaluations(),
          budget: budget.evaluations,
        }),
    });
  }

  /** Program runs that the end will need: finalists, baseline and control on select, and the singles' own contest. */
  #reserved(splits: Split, singles: number): number {
    const { budget } = this.#options;
    const contest = 2 * singles * Math.min(this.#raceItems, splits.search.length);
    const reserved = (finalistCount + 1 + (singles > 0 ? 1 : 0)) * splits.select.length + contest;
    const least = reserved + 2 * Math.min(this.#options.batchSize, splits.search.length);
    if (budget.evaluations < least) {
      const message = `A budget of ${budget.evaluations} evaluations decides nothing: ${reserved} are needed to select at the end. Give at least ${least}, or fewer select examples.`;
      throw invalidInput("budget-too-small", message, { needed: least });
    }
    return reserved;
  }

  get #raceItems(): number {
    const { budget, raceItems } = this.#options;
    return raceItems ?? Math.max(32, Math.min(256, Math.round(budget.evaluations / 150)));
  }

  #singles(config: Configuration | undefined): Configuration[] {
    return config === undefined ? [] : singlesOf(this.#program.space, config);
  }

  async #bestSingle(
    scorer: Scorer,
    order: readonly number[],
    singles: readonly Configuration[],
  ): Promise<Configuration | undefined> {
    const items = order.slice(0, this.#raceItems);
    let best: { config: Configuration; mean: number } | undefined;
    for (const config of singles) {
      await scorer.score(config, items);
      const known = scorer.known(config);
      const mean = items.reduce((sum, item) => sum + (known.get(item) ?? 0), 0) / items.length;
      if (best === undefined || mean > best.mean) best = { config, mean };
    }
    return best?.config;
  }

  #tell(phase: "select" | "done", search: Search): void {
    const { onProgress, maxSteps, budget } = this.#options;
    const candidates = search.candidates();
    const best = candidates.filter(({ admitted }) => admitted).reduce((a, b) => (b.score > a.score ? b : a));
    onProgress?.({
      phase,
      step: search.history.length,
      steps: maxSteps,
      best: best.score,
      standardError: best.standardError,
      baseline: candidates[0]?.score ?? 0,
      evaluations: this.#evaluations(),
      budget: budget.evaluations,
      candidates: candidates.length,
      lastGain: undefined,
    });
  }

  #result(
    search: Search,
    stopped: Optimized["stopped"],
    selection: Awaited<ReturnType<typeof selectFinal>>,
    fitted: AnyProgram,
  ): Optimized {
    const { bestSingle, ...selected } = selection;
    const candidates = search.candidates();
    const spent = { evaluations: this.#evaluations(), timeMs: this.#elapsed() };
    const trials = candidates.filter(({ items }) => items > 0).map(({ config, score }) => ({ config, value: score }));
    const program = fitted.withReport({ scores: { select: selected.score }, spent } as never);
    const result = {
      ...selected,
      program,
      stopped,
      controls: bestSingle === undefined ? {} : { bestSingle },
      history: search.history,
      candidates,
      importance: importance(trials, this.#program.space, { seed: this.#options.seed }),
      spent,
    };
    return {
      ...result,
      save: (path, options) => program.save(path, options),
      report: () => reportOf(result, this.#program),
    };
  }

  #elapsed(): number {
    return this.#clock.monotonic() - this.#startedAt;
  }
}
