/** Finds agents. One map by id, one index per way to ask; a query walks the smallest index that applies. */
import { channelUntil, type Channel } from "../core/channel.ts";
import { checkOptions, checkSignal } from "../core/validate.ts";
import type { Actor } from "./actor.ts";
import type { AgentDefinition } from "./define.ts";
import { checkQuery, matchesQuery, type AgentChange, type AgentInfo, type AgentQuery } from "./info.ts";
import { makeRef, type AgentRef, type HandlersOf, type RefHost } from "./ref.ts";

/** What users see of the registry. `has` and `ref` are O(1). */
export interface AgentRegistry {
  get(id: string): AgentInfo | undefined;
  /** A reference by id, also to an agent that is not registered yet: `agents.ref<typeof definition>(id)` is typed. */
  ref<D extends AgentDefinition<any, any> = AgentDefinition<any, any>>(id: string): AgentRef<HandlersOf<D>>;
  has(id: string): boolean;
  /** All agents in order of registration. */
  list(): AgentInfo[];
  /** @throws MabeamError `INVALID_INPUT` for an unknown criterion or operator */
  find(query: AgentQuery): AgentInfo[];
  count(query?: AgentQuery): number;
  /** Stops the agent and forgets it. `false` if it is unknown. */
  unregister(id: string): Promise<boolean>;
  /** Changes of the agents that match, from now on; ends quietly on abort. */
  watch(query?: AgentQuery, options?: { signal?: AbortSignal }): AsyncIterable<AgentChange>;
}

/** The indexes by which an agent can be found, beside its id. */
type IndexName = "capability" | "role" | "tag" | "status";

interface Watcher {
  readonly query: AgentQuery;
  readonly channel: Channel<AgentChange>;
  /** Ids that this watcher has been shown. */
  readonly shown: Set<string>;
}

export class Registry implements AgentRegistry {
  readonly #actors = new Map<string, Actor>();
  readonly #indexes: Record<IndexName, Map<string, Set<Actor>>> = {
    capability: new Map(),
    role: new Map(),
    tag: new Map(),
    status: new Map(),
  };
  /** Under which keys an actor is indexed now, so that a change can take it out of the old ones. */
  readonly #keys = new Map<Actor, [IndexName, string][]>();
  readonly #watchers = new Set<Watcher>();
  readonly #refHost: RefHost;
  readonly #remove: (actor: Actor) => Promise<void>;

  constructor(refHost: RefHost, remove: (actor: Actor) => Promise<void>) {
    this.#refHost = refHost;
    this.#remove = remove;
  }

  actor(id: string): Actor | undefined {
    return this.#actors.get(id);
  }

  actors(): Actor[] {
    return [...this.#actors.values()];
  }

  add(actor: Actor): void {
    this.#actors.set(actor.id, actor);
    this.#index(actor);
    this.#report(actor);
  }

  /** Brings indexes and watchers up to date with an actor whose status or role has changed. */
  changed(actor: Actor): void {
    if (this.#actors.get(actor.id) !== actor) return;
    this.#unindex(actor);
    this.#index(actor);
    this.#report(actor);
  }

  get(id: string): AgentInfo | undefined {
    return this.#actors.get(id)?.info();
  }

  ref(id: string): AgentRef<any> {
    return makeRef(id, this.#refHost);
  }

  has(id: string): boolean {
    return this.#actors.has(id);
  }

  list(): AgentInfo[] {
    return this.actors().map((actor) => actor.info());
  }

  find(query: AgentQuery): AgentInfo[] {
    checkQuery(query);
    const found: AgentInfo[] = [];
    for (const actor of this.#candidates(query)) {
      const info = actor.info();
      if (matchesQuery(info, query)) found.push(info);
    }
    return found;
  }

  count(query?: AgentQuery): number {
    return query === undefined ? this.#actors.size : this.find(query).length;
  }

  async unregister(id: string): Promise<boolean> {
    const actor = this.#actors.get(id);
    if (actor === undefined) return false;
    await this.#remove(actor);
    if (this.#actors.get(id) !== actor) return false;
    const last = actor.info();
    this.#actors.delete(id);
    this.#unindex(actor);
    for (const watcher of this.#watchers) {
      if (watcher.shown.delete(id)) watcher.channel.push({ type: "removed", agent: last });
    }
    return true;
  }

  watch(query: AgentQuery = {}, options: { signal?: AbortSignal } = {}): AsyncIterable<AgentChange> {
    checkQuery(query);
    checkOptions(options, ["signal"], "watch");
    checkSignal(options.signal);
    return channelUntil<AgentChange>(options.signal, (channel) => {
      const watcher: Watcher = { query, channel, shown: new Set(this.find(query).map((info) => info.id)) };
      this.#watchers.add(watcher);
      return () => this.#watchers.delete(watcher);
    });
  }

  /** Ends all watches. */
  close(): void {
    for (const watcher of [...this.#watchers]) watcher.channel.end();
  }

  /** The smallest set that must hold every match. */
  #candidates(query: AgentQuery): Iterable<Actor> {
    const wanted: [IndexName, string | undefined][] = [
      ["capability", query.capability],
      ...(query.capabilities ?? []).map((capability): [IndexName, string] => ["capability", capability]),
      ["role", query.role],
      ["tag", query.tag],
      ["status", query.status],
    ];
    let smallest: Iterable<Actor> = this.#actors.values();
    let size = this.#actors.size;
    for (const [name, key] of wanted) {
      if (key === undefined) continue;
      const set = this.#indexes[name].get(key) ?? new Set();
      if (set.size < size) [smallest, size] = [set, set.size];
    }
    return smallest;
  }

  #index(actor: Actor): void {
    const keys: [IndexName, string][] = [
      ...actor.capabilities.map((capability): [IndexName, string] => ["capability", capability]),
      ["role", actor.role],
      ...actor.options.tags.map((tag): [IndexName, string] => ["tag", tag]),
      ["status", actor.status],
    ];
    for (const [name, key] of keys) {
      const index = this.#indexes[name];
      const set = index.get(key) ?? new Set();
      index.set(key, set.add(actor));
    }
    this.#keys.set(actor, keys);
  }

  #unindex(actor: Actor): void {
    for (const [name, key] of this.#keys.get(actor) ?? []) {
      const set = this.#indexes[name].get(key);
      set?.delete(actor);
      if (set?.size === 0) this.#indexes[name].delete(key);
    }
    this.#keys.delete(actor);
  }

  #report(actor: Actor): void {
    if (this.#watchers.size === 0) return;
    const info = actor.info();
    for (const { query, channel, shown } of this.#watchers) {
      const matches = matchesQuery(info, query);
      if (matches) channel.push({ type: shown.has(actor.id) ? "changed" : "added", agent: info });
      else if (shown.has(actor.id)) channel.push({ type: "removed", agent: info });
      if (matches) shown.add(actor.id);
      else shown.delete(actor.id);
    }
  }
}
