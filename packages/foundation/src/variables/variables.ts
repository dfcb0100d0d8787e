/** The contract of the live variables, and what they need of the system. */
import type { AgentVariables, SetOptions, VariableChange } from "../agents/variable-access.ts";
import type { Clock } from "../core/clock.ts";
import { invalidInput } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { checkInteger, checkOptions } from "../core/validate.ts";
import type { Journal } from "../journal/journal.ts";
import type { VariableHistory } from "./history.ts";
import type { OrchestrationVariable } from "./variable.ts";

/**
 * What users do with variables. Values are plain JSON, copied when they come in; what is read is frozen. After the
 * system is closed, `add`, `remove`, `set` and `update` reject with `CLOSED`; reading goes on.
 */
export interface Variables extends AgentVariables {
  /**
   * A variable that an earlier life of this system left in the journal takes up its value, version and history there.
   * The constraints are checked against the value that it starts with, the recovered one if there is one.
   * @throws MabeamError `INVALID_INPUT` when malformed, or recovered with another type; `VARIABLE_ALREADY_REGISTERED`;
   * `CYCLE`; `CONSTRAINT_VIOLATED` by the value that it starts with
   */
  add(variable: OrchestrationVariable): Promise<void>;
  /** `false` if there is no such variable. */
  remove(id: string): Promise<boolean>;
  /** The variable with its last applied value and version. */
  get(id: string): OrchestrationVariable | undefined;
  /** As {@link get}, after all changes under way. */
  read(id: string): Promise<OrchestrationVariable | undefined>;
  /** In dependency, then id order. */
  list(): OrchestrationVariable[];
  /**
   * Sets a value; resolves when it is journaled and applied.
   * @throws MabeamError `INVALID_INPUT`, `VARIABLE_NOT_FOUND`, `VERSION_CONFLICT`, `CONSTRAINT_VIOLATED`; then nothing
   * has changed
   */
  set(id: string, value: Json, options?: SetOptions): Promise<VariableChange>;
  /**
   * Sets what `fn` makes of the present value, without a change in between. Nobody waits for an asynchronous `fn`: if
   * the value has changed when it is done, it is called again.
   */
  update(id: string, fn: (value: any) => Json | Promise<Json>, options?: SetOptions): Promise<VariableChange>;
  /** Changes from now on, in version order; ends quietly on abort and when the variable is removed. */
  watch(id: string, options?: { signal?: AbortSignal }): AsyncIterable<VariableChange>;
  /** The `last` changes (default: all that are kept), newest first. */
  history(id: string, options?: { last?: number }): VariableHistory;
}

/** What the variables need of the system. */
export interface VariableHost {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Tells the affected agents. */
  deliver(variable: OrchestrationVariable, change: VariableChange): void;
  emit(event: "variable:added" | "variable:removed", payload: { at: number; variable: string }): void;
  emit(event: "variable:changed", payload: VariableChange): void;
}

/** @throws MabeamError `INVALID_INPUT` unless `options` are well formed */
export function checkSetOptions(options: SetOptions): void {
  checkOptions(options, ["expectedVersion", "by", "reason"], "setting a variable");
  const { expectedVersion, by, reason } = options;
  if (expectedVersion !== undefined) checkInteger(expectedVersion, "expectedVersion", { min: 1 });
  for (const [name, text] of Object.entries({ by, reason })) {
    if (text !== undefined && typeof text !== "string")
      throw invalidInput("not-a-string", `${name} must be a string that says ${name === "by" ? "who" : "why"}.`);
  }
}
