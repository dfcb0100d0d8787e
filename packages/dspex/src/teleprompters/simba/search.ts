/** The search of SIMBA: the loop as the head of `simba.ts` tells it. All decisions are pure; only scoring is not. */
import { breather, throwIfAborted, type Random } from "@mabeam/foundation";
import type { Sampler } from "../../studies/samplers/sampler.ts";
import type { Configuration } from "../../variables/configuration.ts";
import type { Space } from "../../variables/space.ts";
import { additiveModel, type Estimate } from "../additive-model.ts";
import { credited, type Arm } from "../arms.ts";
import type { Candidate, OptimizerProgress, SearchStep } from "../optimized.ts";
import { race } from "../race.ts";
import type { Scorer } from "../scorer.ts";
import { bucketsOf } from "./buckets.ts";
import { blocksOf, type Block } from "./moves.ts";
import { propose, type PoolMember, type Proposal } from "./propose.ts";

export interface SearchOptions {
  readonly space: Space;
  readonly baseline: Configuration;
  readonly scorer: Scorer;
  /** The common order of the items. */
  readonly order: readonly number[];
  readonly batchSize: number;
  readonly numCandidates: number;
  readonly maxSteps: number;
  /** The most items over which a child is raced. */
  readonly raceItems: number;
  readonly maxCandidates: number;
  readonly sampler: Sampler;
  /** Whether so many more program runs, and more time, are within the budget. */
  readonly affords: (runs: number) => boolean;
  readonly random: Random;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: Omit<OptimizerProgress, "phase" | "evaluations" | "budget" | "steps">) => void;
}

interface Tried {
  readonly config: Configuration;
  readonly key: string;
  readonly move: string;
  readonly parent: string | undefined;
  readonly admitted: boolean;
}

const none: Estimate = { mean: 0, standardError: Infinity, items: 0 };

export class Search {
  readonly #options: SearchOptions;
  readonly #blocks: readonly Block[];
  readonly #tried = new Map<string, Tried>();
  readonly history: SearchStep[] = [];
  #arms = new Map<string, Arm>();
  #estimates = new Map<string, Estimate>();
  #lastGain: string | undefined;

  constructor(options: SearchOptions) {
    this.#options = options;
    this.#blocks = blocksOf(options.space);
    const key = options.space.key(options.baseline);
    this.#tried.set(key, { config: options.baseline, key, move: "baseline", parent: undefined, admitted: true });
  }

  /** Searches until steps, budget or ideas run out. */
  async run(): Promise<"steps" | "budget" | "exhausted"> {
    const { maxSteps, maxCandidates, batchSize, scorer, affords, signal } = this.#options;
    const breathe = breather();
    for (let step = 0; step < maxSteps; step++) {
      await breathe();
      throwIfAborted(signal);
      const window = this.#window(step);
      const batch = window.slice(0, batchSize);
      const parents = this.#parents();
      const cost = parents.reduce((sum, { config }) => sum + scorer.unknown(config, batch).length, 0);
      const room = maxCandidates - this.#tried.size;
      if (room <= 0 || !affords(cost + batchSize)) return "budget";
      for (const { config } of parents) await scorer.score(config, batch);
      this.#estimate();
      const children = this.#propose(batch, step, room);
      if (children.length === 0) return "exhausted";
      if (!(await this.#race(children, window, step))) return "budget";
    }
    return "steps";
  }

  /** Everything that was tried, in order. */
  candidates(): Candidate[] {
    const keys = [...this.#tried.keys()];
    return [...this.#tried.values()].map(({ config, move, parent, admitted, key }) => {
      const { mean, standardError, items } = this.#estimates.get(key) ?? none;
      const place = parent === undefined ? {} : { parent: keys.indexOf(parent) };
      return { config, move, ...place, admitted, score: mean, standardError, items };
    });
  }

  /** The admitted candidates with the best lower bounds, the best first. */
  finalists(count: number): Configuration[] {
    const { baseline } = this.#options;
    return this.#pool()
      .filter(({ config }) => config !== baseline)
      .toSorted((a, b) => lowerBound(b.estimate) - lowerBound(a.estimate))
      .slice(0, count)
      .map(({ config }) => config);
  }

  /** The items of a step: the order, from where the batch of that step begins. */
  #window(step: number): number[] {
    const { order, batchSize, raceItems } = this.#options;
    const start = (step * batchSize) % order.length;
    return [...order.slice(start), ...order.slice(0, start)].slice(0, Math.max(batchSize, raceItems));
  }

  #pool(): PoolMember[] {
    return [...this.#tried.values()].filter(({ admitted }) => admitted).map((tried) => this.#member(tried));
  }

  #member({ key, config }: Tried): PoolMember {
    return { key, config, estimate: this.#estimates.get(key) ?? none };
  }

  /** The best of the pool, and the baseline, which is never forgotten. */
  #parents(): PoolMember[] {
    const { numCandidates, baseline } = this.#options;
    const best = this.#pool().toSorted((a, b) => b.estimate.mean - a.estimate.mean);
    const top = best.slice(0, numCandidates);
    const first = best.find(({ config }) => config === baseline);
    return first === undefined || top.includes(first) ? top : [...top.slice(0, -1), first];
  }

  #estimate(): void {
    const { scorer } = this.#options;
    this.#estimates = additiveModel(new Map([...this.#tried].map(([key, { config }]) => [key, scorer.known(config)])));
  }

  #propose(batch: readonly number[], step: number, room: number): Proposal[] {
    const { space, scorer, sampler, numCandidates, random } = this.#options;
    const tried = new Map([...this.#tried].map(([key, each]) => [key, this.#member(each)]));
    const scores = new Map([...this.#tried].map(([key, { config }]) => [key, scorer.known(config)]));
    const context = {
      space,
      blocks: this.#blocks,
      parents: this.#parents(),
      tried,
      buckets: bucketsOf(batch, scores),
      arms: this.#arms,
      sampler,
    };
    return propose(context, Math.min(numCandidates + 1, room), random.split("propose", step));
  }

  /** @returns whether the budget lasted */
  async #race(children: readonly Proposal[], window: readonly number[], step: number): Promise<boolean> {
    const { scorer, affords } = this.#options;
    const racers = children.map(({ config, parent }) => ({ child: config, parent: parent.config }));
    const { admitted, withinBudget } = await race(racers, window, scorer, affords);
    for (const [index, { config, key, parent, move, target }] of children.entries()) {
      const won = admitted[index] === true;
      this.#tried.set(key, { config, key, move: `${move} of ${target}`, parent: parent.key, admitted: won });
      this.#arms = credited(this.#arms, move, won);
    }
    this.#estimate();
    this.#report(children, admitted, step);
    return withinBudget;
  }

  #report(children: readonly Proposal[], admitted: readonly boolean[], step: number): void {
    const { scorer, baseline, space, onProgress } = this.#options;
    const gains = children
      .filter((_, index) => admitted[index])
      .map(({ key, parent, move, target }) => {
        const gain = (this.#estimates.get(key) ?? none).mean - (this.#estimates.get(parent.key) ?? none).mean;
        return { gain, text: `${move} of ${target} (${gain >= 0 ? "+" : "−"}${Math.abs(gain).toPrecision(2)})` };
      })
      .toSorted((a, b) => b.gain - a.gain);
    this.#lastGain = gains[0]?.text ?? this.#lastGain;
    const best = this.#parents()[0]?.estimate ?? none;
    this.history.push({
      step,
      tried: children.length,
      admitted: gains.length,
      best: best.mean,
      evaluations: scorer.evaluations,
    });
    onProgress({
      step: step + 1,
      best: best.mean,
      standardError: best.standardError,
      baseline: (this.#estimates.get(space.key(baseline)) ?? none).mean,
      candidates: this.#tried.size,
      lastGain: this.#lastGain,
    });
  }
}

const lowerBound = ({ mean, standardError }: Estimate): number => mean - standardError;
