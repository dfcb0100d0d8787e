/**
 * The live variables. A change is checked, journaled, applied, and then shown to those it affects, in version order;
 * the changes of one variable happen one after another, those of different variables wait for nobody.
 */
import { channelUntil, type Channel } from "../core/channel.ts";
import type { Clock } from "../core/clock.ts";
import { invalidInput, MabeamError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Journal } from "../journal/journal.ts";
import type { AgentVariables, SetOptions, VariableChange } from "../agents/variable-access.ts";
import { dependencyOrder } from "./dependencies.ts";
import { emptyHistory, withChange, type VariableHistory } from "./history.ts";
import { applyRecord, type RecoveredVariable, type VariableRecord } from "./record.ts";
import { checkVariable, type OrchestrationVariable, type VariableConstraint, type VariableView } from "./variable.ts";

/** What users do with variables. */
export interface Variables extends AgentVariables {
  /**
   * @throws MabeamError `INVALID_INPUT` when malformed, or recovered with another type; `VARIABLE_ALREADY_REGISTERED`;
   * `CYCLE`; `CONSTRAINT_VIOLATED` by the initial value
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
   * @throws MabeamError `VARIABLE_NOT_FOUND`, `VERSION_CONFLICT`, `CONSTRAINT_VIOLATED`; then nothing has changed
   */
  set(id: string, value: Json, options?: SetOptions): Promise<VariableChange>;
  /** Sets what `fn` makes of the present value, without a change in between. */
  update(id: string, fn: (value: any) => Json, options?: SetOptions): Promise<VariableChange>;
  /** Changes from now on, in version order; ends quietly on abort and when the variable is removed. */
  watch(id: string, options?: { signal?: AbortSignal }): AsyncIterable<VariableChange>;
  history(id: string, options?: { last?: number }): VariableHistory;
}

/** What the store needs of the system. */
export interface VariableHost {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Tells the affected agents. */
  deliver(variable: OrchestrationVariable, change: VariableChange): void;
  emit(event: "variable:added" | "variable:removed", payload: { at: number; variable: string }): void;
  emit(event: "variable:changed", payload: VariableChange): void;
}

interface Entry {
  variable: OrchestrationVariable;
  history: VariableHistory;
  /** The end of the line of changes under way. */
  last: Promise<unknown>;
  readonly channels: Set<Channel<VariableChange>>;
}

const stream = "variables";

export class VariableStore implements Variables {
  readonly #host: VariableHost;
  readonly #entries = new Map<string, Entry>();
  /** Of an earlier life of this system, not added again yet. */
  readonly #recovered = new Map<string, RecoveredVariable>();
  /** Ids being added right now. */
  readonly #adding = new Set<string>();

  constructor(host: VariableHost) {
    this.#host = host;
  }

  /** Reads what an earlier life of this system left in the journal. */
  async recover(): Promise<void> {
    for await (const entry of this.#host.journal.read(stream)) {
      if ("record" in entry) applyRecord(this.#recovered, entry.record as unknown as VariableRecord);
    }
  }

  async add(variable: OrchestrationVariable): Promise<void> {
    checkVariable(variable);
    const { id } = variable;
    if (this.#entries.has(id) || this.#adding.has(id)) {
      const message = `There is already a variable "${id}"; remove it first, or set its value.`;
      throw new MabeamError("VARIABLE_ALREADY_REGISTERED", message, { details: { variable: id } });
    }
    dependencyOrder([...this.list(), variable]);
    this.#check(variable, variable.value);
    const recovered = this.#recovered.get(id);
    if (recovered !== undefined && recovered.kind !== variable.type) {
      throw invalidInput(
        "other-type",
        `"${id}" was a ${recovered.kind} in the journal and cannot become a ${variable.type}.`,
      );
    }
    this.#adding.add(id);
    try {
      const at = this.#host.clock.now();
      if (recovered === undefined)
        await this.#append({ type: "added", id, kind: variable.type, value: variable.value, at });
      this.#enter(variable, recovered, at);
    } finally {
      this.#adding.delete(id);
    }
  }

  async remove(id: string): Promise<boolean> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    await this.#inTurn(entry, async () => {
      const at = this.#host.clock.now();
      await this.#append({ type: "removed", id, at });
      this.#entries.delete(id);
      for (const channel of entry.channels) channel.end();
      this.#host.emit("variable:removed", { at, variable: id });
    });
    return true;
  }

  get(id: string): OrchestrationVariable | undefined {
    return this.#entries.get(id)?.variable;
  }

  async read(id: string): Promise<OrchestrationVariable | undefined> {
    await this.#entries.get(id)?.last;
    return this.get(id);
  }

  list(): OrchestrationVariable[] {
    return dependencyOrder([...this.#entries.values()].map((entry) => entry.variable));
  }

  set(id: string, value: Json, options: SetOptions = {}): Promise<VariableChange> {
    return this.#change(id, () => value, options);
  }

  update(id: string, fn: (value: any) => Json, options: SetOptions = {}): Promise<VariableChange> {
    return this.#change(id, fn, options);
  }

  watch(id: string, options: { signal?: AbortSignal } = {}): AsyncIterable<VariableChange> {
    const entry = this.#entry(id);
    return channelUntil<VariableChange>(options.signal, (channel) => {
      entry.channels.add(channel);
      return () => entry.channels.delete(channel);
    });
  }

  history(id: string, options: { last?: number } = {}): VariableHistory {
    const { entries, dropped } = this.#entry(id).history;
    const last = options.last ?? entries.length;
    return { entries: entries.slice(0, last), dropped: dropped + Math.max(0, entries.length - last) };
  }

  /** Ends all watches. */
  close(): void {
    for (const entry of this.#entries.values()) for (const channel of [...entry.channels]) channel.end();
  }

  #enter(variable: OrchestrationVariable, recovered: RecoveredVariable | undefined, at: number): void {
    this.#recovered.delete(variable.id);
    this.#entries.set(variable.id, {
      variable: Object.freeze({
        ...variable,
        value: recovered?.value ?? variable.value,
        version: recovered?.version ?? 1,
      }),
      history: recovered?.history ?? emptyHistory,
      last: Promise.resolve(),
      channels: new Set(),
    });
    this.#host.emit("variable:added", { at, variable: variable.id });
  }

  async #change(id: string, next: (value: any) => Json, options: SetOptions): Promise<VariableChange> {
    const entry = this.#entry(id);
    return this.#inTurn(entry, async () => {
      const { variable } = entry;
      if (this.#entries.get(id) !== entry) throw variableNotFound(id);
      if (options.expectedVersion !== undefined && options.expectedVersion !== variable.version) {
        throw versionConflict(variable, options.expectedVersion);
      }
      const to = next(variable.value);
      this.#check(variable, to);
      const change: VariableChange = {
        variable: id,
        from: variable.value,
        to,
        version: variable.version + 1,
        at: this.#host.clock.now(),
        ...(options.by === undefined ? {} : { by: options.by }),
        ...(options.reason === undefined ? {} : { reason: options.reason }),
      };
      await this.#append({ type: "changed", change });
      this.#apply(entry, change);
      return change;
    });
  }

  #apply(entry: Entry, change: VariableChange): void {
    entry.variable = Object.freeze({ ...entry.variable, value: change.to, version: change.version });
    entry.history = withChange(entry.history, change);
    this.#host.deliver(entry.variable, change);
    for (const channel of entry.channels) channel.push(change);
    this.#host.emit("variable:changed", change);
  }

  #inTurn<T>(entry: Entry, work: () => Promise<T>): Promise<T> {
    const turn = entry.last.then(work);
    // The next one comes whether this one succeeds or not.
    entry.last = turn.catch(() => {});
    return turn;
  }

  #check(variable: OrchestrationVariable, value: unknown): void {
    const view: VariableView = { get: (id) => (id === variable.id ? value : this.#entries.get(id)?.variable.value) };
    for (const constraint of variable.constraints ?? []) {
      const problem = constraintProblem(constraint, value, view);
      if (problem === undefined) continue;
      throw new MabeamError("CONSTRAINT_VIOLATED", `"${variable.id}" cannot take that value: ${problem}.`, {
        details: { variable: variable.id, constraint: constraint.name, value },
      });
    }
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw variableNotFound(id);
    return entry;
  }

  async #append(record: VariableRecord): Promise<void> {
    await this.#host.journal.append(stream, [record as unknown as Json]);
  }
}

/** A constraint that throws refuses. */
function constraintProblem(constraint: VariableConstraint, value: unknown, view: VariableView): string | undefined {
  try {
    if (constraint.check(value, view)) return undefined;
    return constraint.message ?? `it breaks "${constraint.name}"`;
  } catch (error) {
    return `"${constraint.name}" threw ${error instanceof Error ? error.message : String(error)}`;
  }
}

function variableNotFound(id: string): MabeamError {
  const message = `There is no variable "${id}"; add it with addOrchestrationVariable().`;
  return new MabeamError("VARIABLE_NOT_FOUND", message, { details: { variable: id } });
}

function versionConflict(variable: OrchestrationVariable, expected: number): MabeamError {
  const message = `"${variable.id}" is at version ${variable.version}, not ${expected}; read it again and decide anew.`;
  return new MabeamError("VERSION_CONFLICT", message, {
    details: { variable: variable.id, expected, actual: variable.version },
  });
}
