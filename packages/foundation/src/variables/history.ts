/** The last changes of a variable: newest first, bounded, and it says how many it dropped. */
import type { VariableChange } from "../agents/variable-access.ts";

/** The last 100 changes of a variable. */
export interface VariableHistory {
  /** Newest first. The initial value is no entry. */
  entries: VariableChange[];
  /** Changes older than the entries, no longer kept. */
  dropped: number;
}

const kept = 100;

export const emptyHistory: VariableHistory = { entries: [], dropped: 0 };

export function withChange(history: VariableHistory, change: VariableChange): VariableHistory {
  const entries = [change, ...history.entries];
  return { entries: entries.slice(0, kept), dropped: history.dropped + Math.max(0, entries.length - kept) };
}
