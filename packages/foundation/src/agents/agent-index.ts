/**
 * Agents by capability, tag, status and role. An index is made by the first query that can use it, and kept from then
 * on: an agent that nobody looks for costs its entry in the map of ids.
 */
import { WalkedGroup, MemberGroup, type Group } from "./agent-group.ts";
import type { AgentInfo, AgentQuery, Traits } from "./info.ts";
import type { Registered } from "./registered.ts";
import { keysOf, traitKinds, wantedKeys, type TraitKind } from "./traits.ts";

type Groups<A extends Registered> = Map<string, Group<A>>;

export class AgentIndex<A extends Registered> {
  readonly #agents = new Map<string, A>();
  readonly #everybody = new WalkedGroup(this.#agents, () => true);
  readonly #groups: Record<TraitKind, Groups<A> | undefined> = {
    capability: undefined,
    tag: undefined,
    status: undefined,
    role: undefined,
  };
  #lastOrder = 0;

  get size(): number {
    return this.#agents.size;
  }

  get(id: string): A | undefined {
    return this.#agents.get(id);
  }

  /** In order of registration. */
  values(): IterableIterator<A> {
    return this.#agents.values();
  }

  /** The infos of all, in order of registration. */
  infos(): readonly AgentInfo[] {
    return this.#everybody.infos();
  }

  add(agent: A): void {
    agent.order = ++this.#lastOrder;
    this.#agents.set(agent.id, agent);
    this.#everybody.add();
    for (const kind of traitKinds) {
      const groups = this.#groups[kind];
      if (groups !== undefined) this.#enter(groups, kind, agent);
    }
  }

  delete(agent: A): void {
    this.#agents.delete(agent.id);
    this.#everybody.delete();
    for (const kind of traitKinds) {
      const groups = this.#groups[kind];
      if (groups === undefined) continue;
      for (const key of keysOf(agent, kind)) leave(groups, kind, key, agent);
    }
  }

  /** Takes up a change of an agent's facts; `before` says where it stands. */
  changed(agent: A, before: Traits): void {
    this.#everybody.forget();
    for (const kind of traitKinds) {
      const groups = this.#groups[kind];
      if (groups === undefined) continue;
      const [was, is] = [keysOf(before, kind), keysOf(agent, kind)];
      for (const key of was) {
        if (is.includes(key)) groups.get(key)?.forget();
        else leave(groups, kind, key, agent);
      }
      for (const key of is) if (!was.includes(key)) this.#join(groups, kind, key, agent);
    }
  }

  /**
   * Whom a query of a single indexed criterion means, if anybody has ever stood under its key: then the key is valid and
   * needs no check. Undefined says nothing of the query.
   */
  single(query: AgentQuery): Group<A> | undefined {
    let only: string | undefined;
    for (const criterion in query) {
      if (only !== undefined) return undefined;
      only = criterion;
    }
    switch (only) {
      case "capability":
      case "tag":
      case "status":
      case "role":
        return this.#group(only, query[only] as string);
      case "capabilities":
        return Array.isArray(query.capabilities) && query.capabilities.length === 1
          ? this.#group("capability", query.capabilities[0])
          : undefined;
      default:
        return undefined;
    }
  }

  /** Agents in order of registration, among them all that `query` means: the smallest group that it asks for. */
  candidates(query: AgentQuery): Iterable<A> {
    let smallest: Group<A> = this.#everybody;
    for (const [kind, key] of wantedKeys(query)) {
      const group = this.#group(kind, key);
      if (group === undefined) return [];
      if (group.size < smallest.size) smallest = group;
    }
    return smallest;
  }

  #group(kind: TraitKind, key: string): Group<A> | undefined {
    return (this.#groups[kind] ?? this.#build(kind)).get(key);
  }

  #build(kind: TraitKind): Groups<A> {
    const groups: Groups<A> = new Map();
    this.#groups[kind] = groups;
    for (const agent of this.#agents.values()) this.#enter(groups, kind, agent);
    return groups;
  }

  #enter(groups: Groups<A>, kind: TraitKind, agent: A): void {
    for (const key of keysOf(agent, kind)) this.#join(groups, kind, key, agent);
  }

  #join(groups: Groups<A>, kind: TraitKind, key: string, agent: A): void {
    let group = groups.get(key);
    if (group === undefined) {
      group = this.#newGroup(kind, key);
      groups.set(key, group);
    }
    group.add(agent);
  }

  /** The usual status is that of nearly everybody. */
  #newGroup(kind: TraitKind, key: string): Group<A> {
    if (kind === "status" && key === "running") {
      return new WalkedGroup(this.#agents, ({ status }) => status === "running");
    }
    return new MemberGroup();
  }
}

function leave<A extends Registered>(groups: Groups<A>, kind: TraitKind, key: string, agent: A): void {
  const group = groups.get(key);
  group?.delete(agent);
  // Names are as many as users invent, statuses only seven, with somebody passing through each all the time.
  if (group?.size === 0 && kind !== "status") groups.delete(key);
}
