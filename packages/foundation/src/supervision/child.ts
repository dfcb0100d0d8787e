/**
 * What a supervisor starts, stops and is told about: an agent, or another supervisor. The supervisor decides and calls;
 * the child carries out, and never throws.
 */
import type { StopReason } from "../agents/define.ts";
import type { Soon } from "../core/steps.ts";

/** When to start again after an end that nobody asked for: always, only after a crash, never. */
export type RestartPolicy = "permanent" | "transient" | "temporary";

/** How a life ended that nobody ended: the code was done, or it failed. */
export type Exit = { readonly kind: "normal" } | { readonly kind: "crash"; readonly error: unknown };

export interface Child {
  readonly id: string;
  readonly type: "agent" | "supervisor";
  readonly restart: RestartPolicy;
  /** Whether its end by itself, unrestarted, can end its supervisor (`autoShutdown`). Default false. */
  readonly significant?: boolean;
  /** Whether a life is under way that was begun and has not ended. */
  readonly isUp: boolean;
  /**
   * Begins a life. `true` when it is up; `false` when it failed to begin, for the reason in `error`. It waits by itself
   * until whatever is left of the life before (its `onStop`) is over.
   */
  begin(why: "start" | "restart"): Soon<boolean>;
  /** Makes a `begin` that is under way fail soon. */
  interrupt(): void;
  /**
   * Ends the present life within its shutdown time, or leaves the state between two lives; then it is stopped, or, for
   * the reason `restart`, between two lives. Without effect on one that is stopped.
   */
  end(reason: StopReason): Soon<void>;
  /** Gives the child up: it stays, failed, for the reason in `error`. */
  fail(): void;
  /** Why the last life ended, or did not begin. */
  readonly error: unknown;
}
