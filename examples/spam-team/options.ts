/** The demo's command line. */
import { parseArgs } from "node:util";

export interface DemoOptions {
  readonly seed: number;
  /** Program runs (a mail judged by a team). */
  readonly budget: number;
  /** Where the run is kept, so that it can be resumed. */
  readonly journal: string;
  /** Forget an earlier run with the same seed and budget. */
  readonly fresh: boolean;
  /** Fail unless the optimized team is the best. */
  readonly check: boolean;
}

export const usage = `npm run demo -- [options]
  --seed N      decides the split and all chance (default 7)
  --budget N    program runs: one mail judged by one team (default 40000)
  --fresh       forget an earlier run with this seed and budget instead of resuming it
  --check       exit with 1 unless the optimized team beats the untuned team and the best single program`;

/** @returns `undefined` when only help was asked for */
export function readOptions(args: readonly string[]): DemoOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string", default: "7" },
      budget: { type: "string", default: "40000" },
      fresh: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const [seed, budget] = [wholeNumber("seed", values.seed), wholeNumber("budget", values.budget)];
  return {
    seed,
    budget,
    journal: `runs/spam-team-seed${seed}-budget${budget}`,
    fresh: values.fresh,
    check: values.check,
  };
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new TypeError(`--${name} must be a whole number, not "${text}".\n${usage}`);
  return Number(text);
}
