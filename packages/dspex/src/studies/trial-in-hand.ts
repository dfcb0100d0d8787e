/** The object that whoever asked for a trial works with. */
import type { Clock } from "@mabeam/foundation";
import { checkAttribute, checkReport } from "./refusals.ts";
import type { RunningTrial, StudyRecord } from "./state.ts";
import type { Trial } from "./trial.ts";

/** A trial whose reports and attributes go through `write`. */
export function trialInHand(
  { id, number, config }: RunningTrial,
  clock: Clock,
  write: (record: StudyRecord) => Promise<void>,
): Trial {
  return Object.freeze<Trial>({
    id,
    number,
    config,
    report: async (value, step) => {
      checkReport(value, step);
      await write({ type: "trial_reported", number, value, step, at: clock.now() });
    },
    setAttr: async (key, value) => {
      checkAttribute(key);
      await write({ type: "attr_set", number, key, value, at: clock.now() });
    },
  });
}
