/** The sampler that learns nothing: the yardstick for all others, and the first points of most. */
import type { Sampler } from "./sampler.ts";

/** Draws from the space's prior. */
export function randomSampler(): Sampler {
  return (_history, space, random) => space.sample(random);
}
