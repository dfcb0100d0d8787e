/** A trial: one configuration asked of a study, and what became of it. */
import type { Json } from "@mabeam/foundation";
import type { Configuration } from "../variables/configuration.ts";

/** Whether large or small values are wanted. */
export type Direction = "maximize" | "minimize";

/** `running` until told. A cancelled trial says nothing about its configuration. */
export type TrialState = "running" | FinishedState;
/** What a trial can end as. */
export type FinishedState = "complete" | "pruned" | "failed" | "cancelled";

/** A value on the way, at a step that the objective chose (an epoch, a number of examples). */
export interface Report {
  readonly step: number;
  readonly value: number;
}

/** What is known of any trial. */
export interface TrialRecord<Config = Configuration> {
  /** `<study>/<number>`. */
  readonly id: string;
  /** From 0, without gaps. */
  readonly number: number;
  readonly config: Config;
  readonly state: TrialState;
  /** Of a complete trial; of a pruned one its last report, if it made one. */
  readonly value?: number;
  /** Of the value, where it is a mean that was told with its variance; `n` is how many observations stand behind it. */
  readonly variance?: number;
  readonly n?: number;
  /** Why it was pruned, failed or cancelled. */
  readonly reason?: string;
  readonly reports: readonly Report[];
  readonly attrs: Readonly<Record<string, Json>>;
}

/** A trial that has been told. */
export type FinishedTrial<Config = Configuration> = TrialRecord<Config> & { readonly state: FinishedState };

/** A trial in the hands of whoever asked for it. */
export interface Trial<Config = Configuration> {
  readonly id: string;
  readonly number: number;
  readonly config: Config;
  /**
   * Records an intermediate value, and keeps the trial's lease. Resolves once it is journaled.
   * @throws MabeamError `INVALID_INPUT` unless both are finite and `step` is whole and not negative; `TRIAL_CLOSED`
   * once the trial is finished
   */
  report(value: number, step: number): Promise<void>;
  /** Records anything else that is worth keeping, as JSON; the last value of a key counts. */
  setAttr(key: string, value: Json): Promise<void>;
}

/** What a finished trial is told. A bare number is its value; a value that is not finite makes it failed. */
export type Outcome =
  | number
  | { value: number; variance?: number; n?: number }
  | { state: "pruned" | "failed" | "cancelled"; reason?: string };
