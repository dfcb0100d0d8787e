/** A process of its own for the crash tests: optimizes the study in a folder, and reports what it has told. */
import { createStudy } from "./study.ts";
import { crashObjective, crashSpace } from "./crash.test-support.ts";

const [folder = "", trials = "1"] = process.argv.slice(2);

const study = await createStudy({ name: "crash", space: crashSpace, seed: 11, journal: folder });
await study.optimize(
  async (trial) => {
    await trial.report(0, trial.number);
    process.send?.(trial.number);
    // A turn of the event loop, so that the parent's signal may come at any place.
    await new Promise((resolve) => setImmediate(resolve));
    return crashObjective(trial.config);
  },
  { budget: { trials: Number(trials) } },
);
await study.close();
process.disconnect?.();
