/**
 * The contract of samplers: what proposes the next configuration.
 *
 * A trial's life: it is *asked* (the study calls the sampler, and journals the configuration before anyone sees it),
 * then *runs* and may *report* values on the way, and at last is *told*: complete with a value, pruned, failed or
 * cancelled. What is told never changes. A trial whose worker died is asked again, the same configuration under the
 * same number, without the sampler.
 *
 * Laws (`sampler.suite.ts` holds every sampler to them):
 * - pure: the same history, space and random stream give the same configuration; nothing is kept between calls but
 *   caches that cannot be noticed;
 * - what it gives validates in the space;
 * - it copes with every history: empty, only failures, only running trials, values that are all equal, trials of an
 *   earlier, smaller space whose configurations lack a variable;
 * - it asks variables to encode, draw and move themselves, and never for their kind.
 */
import type { Random } from "@mabeam/foundation";
import type { Configuration } from "../../variables/configuration.ts";
import type { Space } from "../../variables/space.ts";
import type { Direction, FinishedTrial } from "../trial.ts";

/** What a sampler may know. Both lists are in the order of the trials' numbers, and never change afterwards. */
export interface SamplerHistory {
  readonly finished: readonly FinishedTrial[];
  /** Configurations that are being evaluated at this moment, also by other workers. */
  readonly pending: readonly Configuration[];
  readonly direction: Direction;
}

/** Proposes a valid configuration. */
export type Sampler = (history: SamplerHistory, space: Space, random: Random) => Configuration;
