/** The configuration of a new trial. Pure: its chance follows from the study's seed and the trial's number alone. */
import { invalidInput, seededRandom } from "@mabeam/foundation";
import type { Configuration } from "../variables/configuration.ts";
import type { Space } from "../variables/space.ts";
import type { Sampler } from "./samplers/sampler.ts";
import type { StudyState } from "./state.ts";

/**
 * What the sampler makes of the trials so far.
 * @throws MabeamError `INVALID_INPUT` for a configuration that is not valid
 */
export function propose(state: StudyState, sampler: Sampler, space: Space): Configuration {
  const { created, asked, finished, running } = state;
  if (created === undefined) throw invalidInput("no-study", "The study was not founded yet.");
  const pending = [...running.values()].map((trial) => trial.config);
  const random = seededRandom(created.seed).split("ask", asked);
  const config = sampler({ finished, pending, direction: created.directions[0] }, space, random);
  return checkedConfiguration(space, config, "The sampler proposed a configuration that is not valid");
}

/** The canonical form of a valid configuration; `what` begins the message about one that is not. */
export function checkedConfiguration(space: Space, config: Configuration, what: string): Configuration {
  const validation = space.validate(config);
  if (validation.ok) return space.canonical(config);
  const said = validation.problems.map((problem) => problem.message).join("; ");
  throw invalidInput("invalid-configuration", `${what}: ${said}.`, { config });
}

/** Whether a configuration is queued or was asked before. */
export function isKnown(state: StudyState, space: Space, config: Configuration): boolean {
  const key = space.key(config);
  const trials = [...state.finished, ...state.running.values()].map((trial) => trial.config);
  return [...state.queue, ...trials].some((other) => space.key(other) === key);
}
