/** Which trial an ask gets: one that its worker has lost, one that was enqueued, or a new one. Pure. */
import type { Configuration } from "../variables/configuration.ts";
import type { RunningTrial, StudyState, Worker } from "./state.ts";

/** Without a sign of life for so long, a trial is asked again. */
export const leaseMs = 60_000;

// A process of this machine that still exists is given longer, but not for ever: its number may belong to another by now.
const localLeaseMs = 60 * leaseMs;

/** What is known about the asking worker and its surroundings. */
export interface Asking {
  readonly worker: Worker;
  readonly now: number;
  /** Whether a process of this machine exists. */
  isAlive(pid: number): boolean;
  /** Do not start a trial beyond so many that are finished or running. */
  readonly limit: number;
}

export type Assignment =
  | { readonly kind: "retake"; readonly trial: RunningTrial }
  | { readonly kind: "queued"; readonly config: Configuration }
  | { readonly kind: "new" }
  | { readonly kind: "none" };

/** The trial for an ask. Lost trials come first, so that a resumed study goes on where it was cut off. */
export function assign(state: StudyState, asking: Asking): Assignment {
  const finished = countedTrials(state);
  if (finished >= asking.limit) return { kind: "none" };
  const lost = [...state.running.values()].filter((trial) => isLost(trial, asking));
  const [oldest] = lost.toSorted((a, b) => a.number - b.number);
  if (oldest !== undefined) return { kind: "retake", trial: oldest };
  if (finished + state.running.size >= asking.limit) return { kind: "none" };
  const [head] = state.queue;
  return head === undefined ? { kind: "new" } : { kind: "queued", config: head };
}

/** Trials that count for a budget: all finished ones, but not those that were cancelled. */
export function countedTrials(state: StudyState): number {
  return state.finished.filter((trial) => trial.state !== "cancelled").length;
}

/**
 * Whether nobody works on a running trial any more. One that the asking worker holds itself is never lost: it may well
 * evaluate several at once, for as long as it likes.
 */
function isLost(trial: RunningTrial, asking: Asking): boolean {
  const { worker, aliveAt } = trial;
  if (aliveAt === undefined) return true;
  if (worker.id === asking.worker.id) return false;
  const silentMs = asking.now - aliveAt;
  const local = worker.host === asking.worker.host;
  if (local && !asking.isAlive(worker.pid)) return true;
  const otherProcess = local && worker.pid !== asking.worker.pid;
  return silentMs >= (otherProcess ? localLeaseMs : leaseMs);
}
