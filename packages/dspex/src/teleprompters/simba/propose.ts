/** Makes children: a parent, a move that the bandit chose, and a new configuration. Pure. */
import type { Random } from "@mabeam/foundation";
import type { Sampler } from "../../studies/samplers/sampler.ts";
import type { FinishedTrial } from "../../studies/trial.ts";
import type { Configuration } from "../../variables/configuration.ts";
import type { Space } from "../../variables/space.ts";
import { thompson, type Arm } from "../arms.ts";
import type { Estimate } from "../additive-model.ts";
import type { Bucket } from "./buckets.ts";
import { differingBlocks, nudge, transplant, type Block, type MoveName } from "./moves.ts";

/** A member of the pool as proposals see it. */
export interface PoolMember {
  readonly key: string;
  readonly config: Configuration;
  readonly estimate: Estimate;
}

export interface ProposalContext {
  readonly space: Space;
  readonly blocks: readonly Block[];
  /** The parents that may be chosen, the best first. */
  readonly parents: readonly PoolMember[];
  /** Everything that was tried, by key. */
  readonly tried: ReadonlyMap<string, PoolMember>;
  readonly buckets: readonly Bucket[];
  readonly arms: ReadonlyMap<string, Arm>;
  readonly sampler: Sampler;
}

export interface Proposal {
  readonly config: Configuration;
  readonly key: string;
  readonly parent: PoolMember;
  readonly move: MoveName;
  /** The block that it changed, in words. */
  readonly target: string;
}

// Candidates with so few items say little: the sampler waits until it has as many better-known ones.
const fewestForSampler = 10;
const leastItems = 8;

/** Up to `count` different configurations that nobody has tried. */
export function propose(context: ProposalContext, count: number, random: Random): Proposal[] {
  const children = new Map<string, Proposal>();
  const known = [...context.tried.values()].filter(({ estimate }) => estimate.items >= leastItems).map(asTrial);
  for (let attempt = 0; attempt < count * 20 && children.size < count; attempt++) {
    const bucket = context.buckets[attempt % Math.max(1, context.buckets.length)];
    const child = proposeOne(context, known, bucket, random);
    if (child === undefined || context.tried.has(child.key) || children.has(child.key)) continue;
    children.set(child.key, child);
  }
  return [...children.values()];
}

/** @param known the candidates of which enough is known to tell the sampler */
function proposeOne(
  context: ProposalContext,
  known: readonly FinishedTrial[],
  bucket: Bucket | undefined,
  random: Random,
): Proposal | undefined {
  const { space, blocks, tried, arms } = context;
  const parent = softmaxDraw(context.parents, random);
  const better = bucket === undefined ? undefined : tried.get(bucket.best)?.config;
  const active = blocks.filter((block) => block.variables.some((name) => parent.config[name] !== undefined));
  const learnable = better === undefined ? [] : differingBlocks(space, blocks, parent.config, better);
  const applicable = [
    ...new Set(active.map(({ move }) => move)),
    ...(learnable.length > 0 ? ["adopt"] : []),
    "explore",
  ];
  const move = thompson(arms, applicable, random) as MoveName;
  const child = (config: Configuration | undefined, target: string): Proposal | undefined =>
    config === undefined ? undefined : { config, key: space.key(config), parent, move, target };

  if (move === "explore") return child(sampled(context, known, random), "everything");
  if (move === "adopt" && better !== undefined) {
    const block = random.pick(learnable);
    return child(transplant(space, parent.config, better, block), block.name);
  }
  const block = random.pick(active.filter((each) => each.move === move));
  // The sampler sees the whole space; of its answer only the block is taken, the rest stays as the parent has it.
  const asked = (move === "parameters" || move === "aggregation") && known.length >= fewestForSampler && random() < 0.5;
  const config = asked
    ? transplant(space, parent.config, sampled(context, known, random), block)
    : nudge(space, parent.config, block, random);
  return child(config, block.name);
}

/** What the sampler makes of all that is known; by chance while that is little. */
function sampled({ sampler, space }: ProposalContext, known: readonly FinishedTrial[], random: Random): Configuration {
  if (known.length < fewestForSampler) return space.sample(random);
  return sampler({ finished: known, pending: [], direction: "maximize" }, space, random);
}

function asTrial({ config, estimate }: PoolMember, number: number): FinishedTrial {
  return { id: `candidate/${number}`, number, config, state: "complete", value: estimate.mean, reports: [], attrs: {} };
}

/** Parents with a better estimate are likelier: softmax at a temperature of a fifth of the estimates' range. */
function softmaxDraw(parents: readonly PoolMember[], random: Random): PoolMember {
  const means = parents.map(({ estimate }) => estimate.mean);
  const best = Math.max(...means);
  const temperature = 0.2 * (best - Math.min(...means)) || 1;
  const weights = means.map((mean) => Math.exp((mean - best) / temperature));
  let left = random() * weights.reduce((sum, each) => sum + each, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return parents[index] as PoolMember;
  }
  return parents[0] as PoolMember;
}
