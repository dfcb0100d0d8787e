/**
 * The tree-structured Parzen estimator (Bergstra, Bardenet, Bengio, Kégl, "Algorithms for hyper-parameter
 * optimization", NIPS 2011, section 4): split the trials into the better few and the rest, estimate the density l of
 * the ones and g of the others, and propose the configuration with the largest l/g, which maximises expected
 * improvement. With what measurements have favoured since (Watanabe, arXiv:2304.11127, and our own on landscapes of
 * teams): one joint estimator whose kernels know which variables exist, and mutants of good points among the
 * candidates.
 */
import { checkOptions, invalidInput, type Random } from "@mabeam/foundation";
import type { Configuration } from "../../../variables/configuration.ts";
import type { Space } from "../../../variables/space.ts";
import type { Sampler, SamplerHistory } from "../sampler.ts";
import { layoutOf, type Layout } from "./layout.ts";
import { parzen, type Parzen } from "./parzen.ts";
import { recencyWeights, split } from "./split.ts";

/** Sizes of {@link tpeSampler}. */
export interface TpeOptions {
  /** Trials before the estimator is trusted: the space's default, then points by chance. @defaultValue 10 */
  startupTrials?: number;
  /** Candidates drawn from the estimator of the better trials. @defaultValue 24 */
  draws?: number;
  /** Candidates that are neighbours of one of the three best trials. @defaultValue 16 */
  mutants?: number;
}

/**
 * A sampler for any space, conditional ones included, from a dozen to a few thousand trials.
 * @throws MabeamError `INVALID_INPUT` for sizes that are not whole numbers from 0, or neither draws nor mutants
 */
export function tpeSampler(options: TpeOptions = {}): Sampler {
  checkOptions(options, ["startupTrials", "draws", "mutants"], "tpeSampler");
  const { startupTrials = 10, draws = 24, mutants = 16 } = options;
  for (const [name, size] of Object.entries({ startupTrials, draws, mutants })) {
    if (Number.isSafeInteger(size) && size >= 0) continue;
    throw invalidInput("invalid-number", `${name} must be a whole number from 0, not ${size}.`, { [name]: size });
  }
  if (draws + mutants === 0) throw invalidInput("invalid-number", "tpeSampler needs draws or mutants to choose from.");

  return (history, space, random) => {
    const layout = layoutOf(space);
    const isNew = unlike(history, layout);
    const { better, worse } = split(history);
    const asked = history.finished.length + history.pending.length;
    if (asked < startupTrials || better.length === 0) return startupPoint(space, isNew, random);

    const l = estimator(space, layout, better);
    const g = estimator(space, layout, worse);
    const candidates = [...drawn(l, draws, space, isNew, random), ...mutated(better, mutants, space, isNew, random)];
    const merit = (config: Configuration): number => {
      const point = layout.encode(config);
      return l.logDensity(point) - g.logDensity(point);
    };
    return argmax(candidates, merit) ?? lastResort(l, better, space, isNew, random);
  };
}

type IsNew = (config: Configuration) => boolean;

// So many draws are refused as duplicates before something else is tried.
const retries = 100;
// Mutants come from one of so many best trials.
const parents = 3;

/** Whether a configuration is neither tried nor being tried. */
function unlike(history: SamplerHistory, layout: Layout): IsNew {
  const tried = new Set<string>();
  for (const trial of history.finished) tried.add(layout.key(trial.config));
  for (const config of history.pending) tried.add(layout.key(config));
  return (config) => !tried.has(layout.key(config));
}

/** The default first, if nobody tried it, then new points by chance. */
function startupPoint(space: Space, isNew: IsNew, random: Random): Configuration {
  const plain = space.repair(space.complete({}));
  if (plain !== undefined && isNew(plain)) return plain;
  return firstNew(() => space.sample(random), isNew) ?? space.sample(random);
}

function estimator(space: Space, layout: Layout, configs: readonly Configuration[]): Parzen {
  return parzen(space, layout, configs.map(layout.encode), recencyWeights(configs.length));
}

/** New valid configurations drawn from the estimator; fewer where it draws what was tried. */
function drawn(l: Parzen, count: number, space: Space, isNew: IsNew, random: Random): Configuration[] {
  return Array.from({ length: count }, () => space.repair(l.draw(random)))
    .filter((config) => config !== undefined)
    .filter(isNew);
}

/** New neighbours of one of the best. */
function mutated(
  better: readonly Configuration[],
  count: number,
  space: Space,
  isNew: IsNew,
  random: Random,
): Configuration[] {
  if (count === 0) return [];
  const parent = random.pick(better.slice(0, parents));
  return random.shuffle(space.neighbours(parent, random).filter(isNew)).slice(0, count);
}

/** Where all candidates had been tried: more draws, then any neighbour of a good point, then chance. */
function lastResort(
  l: Parzen,
  better: readonly Configuration[],
  space: Space,
  isNew: IsNew,
  random: Random,
): Configuration {
  const another = firstNew(() => space.repair(l.draw(random)), isNew);
  if (another !== undefined) return another;
  for (const parent of better) {
    const neighbour = space.neighbours(parent, random).find(isNew);
    if (neighbour !== undefined) return neighbour;
  }
  // An exhausted space gives what it has once more.
  return firstNew(() => space.sample(random), isNew) ?? space.sample(random);
}

function firstNew(draw: () => Configuration | undefined, isNew: IsNew): Configuration | undefined {
  for (let retry = 0; retry < retries; retry++) {
    const config = draw();
    if (config !== undefined && isNew(config)) return config;
  }
  return undefined;
}

function argmax(
  candidates: readonly Configuration[],
  merit: (config: Configuration) => number,
): Configuration | undefined {
  let best: { config: Configuration; merit: number } | undefined;
  for (const config of candidates) {
    const itsMerit = merit(config);
    if (best === undefined || itsMerit > best.merit) best = { config, merit: itsMerit };
  }
  return best?.config;
}
