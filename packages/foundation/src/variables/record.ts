/** What the journal keeps of variables, and what a run of records comes to. Functions are not journaled. Pure. */
import type { Json } from "../core/json.ts";
import type { VariableChange } from "../agents/variable-access.ts";
import type { Fold } from "../journal/fold.ts";
import { emptyHistory, withChange, type VariableHistory } from "./history.ts";

export type VariableRecord =
  | { type: "added"; id: string; kind: string; value: Json; at: number }
  | { type: "changed"; change: VariableChange }
  | { type: "removed"; id: string; at: number };

/** A variable as the journal knows it: it waits, inert, until the program adds it again. */
export interface RecoveredVariable {
  kind: string;
  value: any;
  version: number;
  history: VariableHistory;
}

/** The variables by id. Saved as a list of entries: any string may be an id. */
export const knownVariables: Fold<Map<string, RecoveredVariable>> = {
  load: (saved = []) => new Map(saved as unknown as [string, RecoveredVariable][]),
  apply: (known, record) => applyRecord(known, record as unknown as VariableRecord),
  save: (known) => [...known] as unknown as Json,
};

function applyRecord(known: Map<string, RecoveredVariable>, record: VariableRecord): void {
  switch (record.type) {
    case "added":
      known.set(record.id, { kind: record.kind, value: record.value, version: 1, history: emptyHistory });
      return;
    case "removed":
      known.delete(record.id);
      return;
    case "changed": {
      const { change } = record;
      const before = known.get(change.variable);
      if (before === undefined) return;
      const history = withChange(before.history, change);
      known.set(change.variable, { kind: before.kind, value: change.to, version: change.version, history });
    }
  }
}
