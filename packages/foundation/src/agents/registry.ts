/** Finds agents: one map by id, an index per trait that is asked for, and watchers who are told of changes. */
import { MabeamError } from "../core/errors.ts";
import { checkId, checkOptions, checkSignal } from "../core/validate.ts";
import { AgentIndex } from "./agent-index.ts";
import type { AgentDefinition } from "./define.ts";
import { closed } from "./failures.ts";
import type { AgentChange, AgentInfo, AgentQuery, AgentStatus, Traits } from "./info.ts";
import { checkQuery } from "./query.ts";
import { makeRef, type AgentRef, type HandlersOf, type RefHost } from "./ref.ts";
import { isMeant, type Registered } from "./registered.ts";
import { Watchers } from "./watchers.ts";

/**
 * What users see of the registry. `get`, `has` and `ref` take the same time however many agents there are, and so does
 * a `find` by one capability, role, tag or status whose answer has not changed since the last one.
 *
 * Every call after the system's `close()` throws `CLOSED`.
 */
export interface AgentRegistry {
  get(id: string): AgentInfo | undefined;
  /**
   * A reference by id, also to an agent that is not registered yet: `agents.ref<typeof definition>(id)` is typed.
   * @throws MabeamError `INVALID_INPUT` for what can be no id
   */
  ref<D extends AgentDefinition<any, any> = AgentDefinition<any, any>>(id: string): AgentRef<HandlersOf<D>>;
  has(id: string): boolean;
  /** All agents in order of registration. Frozen; the next change makes a new list. */
  list(): readonly AgentInfo[];
  /**
   * The agents that meet every criterion, in order of registration. Frozen; the next change makes a new list. Only the
   * agents of the rarest trait asked for are looked at.
   * @throws MabeamError `INVALID_INPUT` for an unknown criterion or operator
   */
  find(query: AgentQuery): readonly AgentInfo[];
  /** How many `find` would give. @throws MabeamError `INVALID_INPUT` as `find` */
  count(query?: AgentQuery): number;
  /** Stops the agent and forgets it. `false` if it is unknown. */
  unregister(id: string): Promise<boolean>;
  /**
   * The changes of what `find(query)` gives, from this call on, each once and in order: an agent begins to match
   * (`added`), ends to (`removed`), or matches and is no longer as it was (`changed`). Conditions on `mailboxDepth` and
   * `metrics` are looked at when something else of an agent changes. Ends quietly on abort and on close; a reader that
   * falls 10,000 changes behind gets `RESOURCES_EXHAUSTED`.
   * @throws MabeamError `INVALID_INPUT` as `find`
   */
  watch(query?: AgentQuery, options?: { signal?: AbortSignal }): AsyncIterable<AgentChange>;
}

/** The registry as those see it who run the agents: they say what comes, goes and changes. */
export class Registry<A extends Registered> implements AgentRegistry {
  readonly #agents = new AgentIndex<A>();
  readonly #watchers = new Watchers<A>();
  readonly #refHost: RefHost;
  readonly #remove: (agent: A) => Promise<void>;
  #isClosed = false;

  /** @param remove stops an agent that is to be forgotten */
  constructor(refHost: RefHost, remove: (agent: A) => Promise<void>) {
    this.#refHost = refHost;
    this.#remove = remove;
  }

  actor(id: string): A | undefined {
    return this.#agents.get(id);
  }

  /** In order of registration. */
  actors(): A[] {
    return [...this.#agents.values()];
  }

  /** @throws MabeamError `INVALID_INPUT` for what can be no id; `AGENT_ALREADY_REGISTERED`; `CLOSED` */
  add(agent: A): void {
    this.#checkOpen();
    const { id } = agent;
    checkId(id, "An agent's id");
    if (this.#agents.get(id) !== undefined) {
      const message = `There is already an agent "${id}"; unregister it first, or choose another id.`;
      throw new MabeamError("AGENT_ALREADY_REGISTERED", message, { details: { agent: id } });
    }
    this.#agents.add(agent);
    this.#watchers.added(agent);
  }

  /**
   * To be called as soon as an agent's status was `from` and is another; and with its present status when only other
   * facts have changed, as its number of restarts. The same holds for the next two.
   */
  statusChanged(agent: A, from: AgentStatus): void {
    const { capabilities, role, tags } = agent;
    this.#changed(agent, { capabilities, role, tags, status: from });
  }

  roleChanged(agent: A, from: string): void {
    const { capabilities, tags, status } = agent;
    this.#changed(agent, { capabilities, role: from, tags, status });
  }

  /** The agent runs another definition now. */
  replaced(agent: A, fromCapabilities: readonly string[]): void {
    const { role, tags, status } = agent;
    this.#changed(agent, { capabilities: fromCapabilities, role, tags, status });
  }

  get(id: string): AgentInfo | undefined {
    this.#checkOpen();
    return this.#agents.get(id)?.info();
  }

  ref(id: string): AgentRef<any> {
    checkId(id, "An agent's id");
    return makeRef(id, this.#refHost);
  }

  has(id: string): boolean {
    this.#checkOpen();
    return this.#agents.get(id) !== undefined;
  }

  list(): readonly AgentInfo[] {
    this.#checkOpen();
    return this.#agents.infos();
  }

  find(query: AgentQuery): readonly AgentInfo[] {
    this.#checkOpen();
    return this.#agents.single(query)?.infos() ?? this.#select(query);
  }

  count(query?: AgentQuery): number {
    this.#checkOpen();
    if (query === undefined) return this.#agents.size;
    const group = this.#agents.single(query);
    if (group !== undefined) return group.size;
    checkQuery(query);
    return this.#matching(query).length;
  }

  async unregister(id: string): Promise<boolean> {
    this.#checkOpen();
    const agent = this.#agents.get(id);
    if (agent === undefined) return false;
    await this.#remove(agent);
    // Somebody else may have been quicker, and the id may have been given away again.
    if (this.#agents.get(id) !== agent) return false;
    this.#agents.delete(agent);
    this.#watchers.removed(agent);
    return true;
  }

  watch(query: AgentQuery = {}, options: { signal?: AbortSignal } = {}): AsyncIterable<AgentChange> {
    this.#checkOpen();
    checkQuery(query);
    checkOptions(options, ["signal"], "watch");
    checkSignal(options.signal);
    return this.#watchers.open(query, () => this.#matching(query), options.signal);
  }

  /** Ends all watches. */
  close(): void {
    this.#isClosed = true;
    this.#watchers.close();
  }

  #checkOpen(): void {
    if (this.#isClosed) throw closed("This system");
  }

  #changed(agent: A, before: Traits): void {
    if (this.#agents.get(agent.id) !== agent) return;
    this.#agents.changed(agent, before);
    this.#watchers.changed(agent, before);
  }

  #select(query: AgentQuery): readonly AgentInfo[] {
    checkQuery(query);
    if (Object.keys(query).length === 0) return this.#agents.infos();
    return Object.freeze(this.#matching(query).map((agent) => agent.info()));
  }

  #matching(query: AgentQuery): A[] {
    const matching: A[] = [];
    for (const agent of this.#agents.candidates(query)) if (isMeant(agent, query)) matching.push(agent);
    return matching;
  }
}
