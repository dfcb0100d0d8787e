/** What follows the end of an agent: restart or not, and after what delay. Pure: a failure in, a plan out. */
import type { Backoff } from "../agents/define.ts";
import { stampRestart, type Intensity } from "./intensity.ts";

/** The rules that an agent was registered with. */
export interface RestartRules extends Intensity {
  /** Always, after a crash, never. A crash is the only end that is not asked for, so the first two agree on it. */
  restart: "permanent" | "transient" | "temporary";
  backoff?: Backoff | undefined;
}

export type RestartPlan =
  | { readonly action: "restart"; readonly delayMs: number; readonly stamps: readonly number[] }
  | { readonly action: "give_up"; readonly reason: "temporary" | "intensity" };

/** @param now monotonic milliseconds, as the stamps of earlier restarts */
export function planRestart(rules: RestartRules, stamps: readonly number[], now: number): RestartPlan {
  if (rules.restart === "temporary") return { action: "give_up", reason: "temporary" };
  const stamped = stampRestart(stamps, now, rules);
  if (stamped.exceeded) return { action: "give_up", reason: "intensity" };
  return { action: "restart", delayMs: backoffDelay(rules.backoff, stamped.stamps.length), stamps: stamped.stamps };
}

/** @param attempt restarts in the window, this one included: from 1 */
export function backoffDelay(backoff: Backoff | undefined, attempt: number): number {
  if (backoff === undefined) return 0;
  const { initialMs, factor = 2, maxMs = 30_000 } = backoff;
  return Math.min(maxMs, initialMs * factor ** (attempt - 1));
}
