/**
 * What agents may do with orchestration variables. The variables themselves live in a room above: this is the small
 * window that the composition root fills in.
 */
import type { Json } from "../core/json.ts";

/** One accepted change of a variable. */
export interface VariableChange<V = any> {
  variable: string;
  from: V;
  to: V;
  /** The version that the change made: from 2 on, since a variable starts at 1. */
  version: number;
  at: number;
  by?: string;
  reason?: string;
}

/** Who sets a value, why, and against which version. */
export interface SetOptions {
  /** The change happens only at this version; otherwise `VERSION_CONFLICT`. */
  expectedVersion?: number;
  by?: string;
  reason?: string;
}

/** Reading and setting variables from within an agent. */
export interface AgentVariables {
  get(id: string): { readonly value: any; readonly version: number } | undefined;
  set(id: string, value: Json, options?: SetOptions): Promise<VariableChange>;
  watch(id: string, options?: { signal?: AbortSignal }): AsyncIterable<VariableChange>;
}
