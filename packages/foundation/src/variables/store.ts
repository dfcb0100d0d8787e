/**
 * The live variables. A change is checked, journaled, applied, and then shown to those it affects, in version order;
 * the changes of one variable happen one after another, those of different variables wait for nobody.
 */
import { closed } from "../agents/failures.ts";
import type { SetOptions, VariableChange } from "../agents/variable-access.ts";
import { channelUntil, type Channel } from "../core/channel.ts";
import { invalidInput } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { Turns } from "../core/turns.ts";
import { checkInteger, checkOptions } from "../core/validate.ts";
import { foldedStream, type FoldedStream } from "../journal/fold.ts";
import { checkConstraints } from "./constraints.ts";
import { dependencyOrder } from "./dependencies.ts";
import { emptyHistory, withChange, type VariableHistory } from "./history.ts";
import { knownVariables, type RecoveredVariable, type VariableRecord } from "./record.ts";
import { alreadyRegistered, variableNotFound, versionConflict } from "./refusals.ts";
import { frozenValue } from "./value.ts";
import { checkVariable, type OrchestrationVariable, type VariableView } from "./variable.ts";
import { checkSetOptions, type VariableHost, type Variables } from "./variables.ts";

export type { VariableHost, Variables };

interface Entry {
  variable: OrchestrationVariable;
  history: VariableHistory;
  /** Of its changes. */
  readonly turns: Turns;
  readonly channels: Set<Channel<VariableChange>>;
}

/** What an asynchronous update was made of, and what it comes to. */
interface Pending {
  readonly of: OrchestrationVariable;
  readonly to: Promise<Json>;
}

export class VariableStore implements Variables {
  readonly #host: VariableHost;
  readonly #records: FoldedStream<Map<string, RecoveredVariable>>;
  readonly #entries = new Map<string, Entry>();
  /** Of an earlier life of this system, not added again yet. */
  #recovered = new Map<string, RecoveredVariable>();
  /** Being added right now. */
  readonly #adding = new Map<string, OrchestrationVariable>();
  readonly #values: VariableView = { get: (id) => this.get(id)?.value };
  #closed = false;

  constructor(host: VariableHost) {
    this.#host = host;
    this.#records = foldedStream(host.journal, "variables", knownVariables);
  }

  /** Reads what an earlier life of this system left in the journal. */
  async recover(): Promise<void> {
    this.#recovered = await this.#records.read();
  }

  async add(given: OrchestrationVariable): Promise<void> {
    this.#checkOpen();
    checkVariable(given);
    const { id } = given;
    if (this.#entries.has(id) || this.#adding.has(id)) throw alreadyRegistered(id);
    const recovered = this.#recoveredAs(given);
    const variable = Object.freeze({
      ...given,
      agents: Object.freeze([...given.agents]),
      dependsOn: Object.freeze([...(given.dependsOn ?? [])]),
      constraints: Object.freeze([...(given.constraints ?? [])]),
      version: recovered?.version ?? 1,
      value: recovered === undefined ? frozenFor(id, given.value) : recovered.value,
    });
    dependencyOrder([...this.list(), ...this.#adding.values(), variable]);
    checkConstraints(variable, variable.value, this.#values);
    this.#adding.set(id, variable);
    try {
      const at = this.#host.clock.now();
      if (recovered === undefined)
        await this.#append({ type: "added", id, kind: given.type, value: variable.value, at });
      this.#enter(variable, recovered?.history ?? emptyHistory, at);
    } finally {
      this.#adding.delete(id);
    }
  }

  async remove(id: string): Promise<boolean> {
    this.#checkOpen();
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    return this.#inTurn(entry, async () => {
      if (this.#entries.get(id) !== entry) return false;
      const at = this.#host.clock.now();
      await this.#append({ type: "removed", id, at });
      this.#entries.delete(id);
      for (const channel of entry.channels) channel.end();
      this.#host.emit("variable:removed", { at, variable: id });
      return true;
    });
  }

  get(id: string): OrchestrationVariable | undefined {
    return this.#entries.get(id)?.variable;
  }

  async read(id: string): Promise<OrchestrationVariable | undefined> {
    await this.#entries.get(id)?.turns.take(() => {});
    return this.get(id);
  }

  list(): OrchestrationVariable[] {
    return dependencyOrder([...this.#entries.values()].map((entry) => entry.variable));
  }

  async set(id: string, value: Json, options: SetOptions = {}): Promise<VariableChange> {
    checkSetOptions(options);
    // Copied now, not when its turn comes: what the caller does with it afterwards changes nothing.
    const to = frozenFor(id, value);
    return this.#change(id, () => to, options) as Promise<VariableChange>;
  }

  async update(
    id: string,
    fn: (value: any) => Json | Promise<Json>,
    options: SetOptions = {},
  ): Promise<VariableChange> {
    checkSetOptions(options);
    if (typeof fn !== "function") throw invalidInput("not-a-function", `update of "${id}" takes a function.`);
    for (let pending: Pending | undefined; ;) {
      const made = pending && { of: pending.of, to: await pending.to };
      const next = (variable: OrchestrationVariable): Json | Promise<Json> => {
        const value = made?.of === variable ? made.to : fn(variable.value);
        return value instanceof Promise ? value : frozenFor(id, value);
      };
      const changed = await this.#change(id, next, options);
      if (!("of" in changed)) return changed;
      pending = changed;
    }
  }

  watch(id: string, options: { signal?: AbortSignal } = {}): AsyncIterable<VariableChange> {
    checkOptions(options, ["signal"], "variables.watch");
    const entry = this.#entry(id);
    return channelUntil<VariableChange>(options.signal, (channel) => {
      entry.channels.add(channel);
      return () => entry.channels.delete(channel);
    });
  }

  history(id: string, options: { last?: number } = {}): VariableHistory {
    checkOptions(options, ["last"], "variables.history");
    const { entries, dropped } = this.#entry(id).history;
    const { last = entries.length } = options;
    checkInteger(last, "last", { min: 0 });
    return { entries: entries.slice(0, last), dropped: dropped + Math.max(0, entries.length - last) };
  }

  /** Ends all watches; nothing is changed any more. */
  close(): void {
    this.#closed = true;
    for (const entry of this.#entries.values()) for (const channel of [...entry.channels]) channel.end();
  }

  #recoveredAs({ id, type }: OrchestrationVariable): RecoveredVariable | undefined {
    const recovered = this.#recovered.get(id);
    if (recovered === undefined) return undefined;
    if (recovered.kind !== type) {
      const message = `"${id}" was a ${recovered.kind} in the journal and cannot become a ${type}.`;
      throw invalidInput("other-type", message);
    }
    return frozenValue(recovered, id) as unknown as RecoveredVariable;
  }

  #enter(variable: OrchestrationVariable, history: VariableHistory, at: number): void {
    this.#recovered.delete(variable.id);
    this.#entries.set(variable.id, { variable, history, turns: new Turns(), channels: new Set() });
    this.#host.emit("variable:added", { at, variable: variable.id });
  }

  /** One change in its turn; if the new value is yet to come, the turn goes to the next one meanwhile. */
  async #change(
    id: string,
    next: (variable: OrchestrationVariable) => Json | Promise<Json>,
    options: SetOptions,
  ): Promise<VariableChange | Pending> {
    this.#checkOpen();
    const entry = this.#entry(id);
    return this.#inTurn(entry, async () => {
      const { variable } = entry;
      if (this.#entries.get(id) !== entry) throw variableNotFound(id);
      const { expectedVersion = variable.version, by, reason } = options;
      if (expectedVersion !== variable.version) throw versionConflict(id, variable.version, expectedVersion);
      const to = next(variable);
      if (to instanceof Promise) return { of: variable, to };
      checkConstraints(variable, to, this.#values);
      const version = variable.version + 1;
      const change: VariableChange = Object.freeze({
        ...{ variable: id, from: variable.value, to, version, at: this.#host.clock.now() },
        ...(by !== undefined && { by }),
        ...(reason !== undefined && { reason }),
      });
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

  async #inTurn<T>(entry: Entry, work: () => Promise<T>): Promise<T> {
    return entry.turns.take(() => {
      this.#checkOpen();
      return work();
    });
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw variableNotFound(id);
    return entry;
  }

  #checkOpen(): void {
    if (this.#closed) throw closed("This system");
  }

  #append(record: VariableRecord): Promise<void> {
    return this.#records.append(record as unknown as Json);
  }
}

function frozenFor(id: string, value: unknown): Json {
  return frozenValue(value, `the value of "${id}"`);
}
