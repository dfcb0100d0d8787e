/**
 * Who watches which agents. A watcher whose query goes by traits keeps no list of what it has been shown: what an agent
 * was before a change says whether it matched. It is kept under one of the traits it asks for, and hears only of agents
 * that have that trait, or had it.
 */
import { channelUntil, type Channel } from "../core/channel.ts";
import { asksForMore, matchesTraits, type AgentChange, type AgentQuery, type Traits } from "./info.ts";
import { copyQuery } from "./query.ts";
import { isMeant, type Registered } from "./registered.ts";
import { keysOf, traitKinds, wantedKeys, type TraitKind } from "./traits.ts";

interface Watcher<A> {
  readonly query: AgentQuery;
  readonly channel: Channel<AgentChange>;
  /** Who matches as far as the watcher knows; only for queries whose past answer cannot be told from traits. */
  readonly shown: Set<A> | undefined;
}

type WatchersByKey<A> = Map<string, Set<Watcher<A>>>;

export class Watchers<A extends Registered> {
  readonly #byTrait: Record<TraitKind, WatchersByKey<A>> = {
    capability: new Map(),
    tag: new Map(),
    status: new Map(),
    role: new Map(),
  };
  /** Those who ask for no trait. */
  readonly #others = new Set<Watcher<A>>();
  #size = 0;

  /** Watches from now on. @param matching whom the query means now */
  open(query: AgentQuery, matching: () => Iterable<A>, signal: AbortSignal | undefined): AsyncIterable<AgentChange> {
    const own = copyQuery(query);
    return channelUntil<AgentChange>(signal, (channel) => {
      const shown = asksForMore(own) ? new Set(matching()) : undefined;
      return this.#enrol({ query: own, channel, shown });
    });
  }

  added(agent: A): void {
    this.#tell(agent, undefined, agent);
  }

  /** @param before what the agent's traits were */
  changed(agent: A, before: Traits): void {
    this.#tell(agent, before, agent);
  }

  removed(agent: A): void {
    this.#tell(agent, agent, undefined);
  }

  /** Ends all watches; what they have not read yet is still delivered. */
  close(): void {
    const byTrait = Object.values(this.#byTrait).flatMap((byKey) => [...byKey.values()]);
    for (const watchers of [this.#others, ...byTrait]) for (const { channel } of watchers) channel.end();
  }

  /** Returns how to leave. */
  #enrol(watcher: Watcher<A>): () => void {
    // Criteria come with the most selective kind of trait first.
    const [trait] = wantedKeys(watcher.query);
    const watchers = trait === undefined ? this.#others : this.#under(...trait);
    watchers.add(watcher);
    this.#size++;
    return () => {
      this.#size--;
      watchers.delete(watcher);
      if (trait !== undefined && watchers.size === 0) this.#byTrait[trait[0]].delete(trait[1]);
    };
  }

  #under(kind: TraitKind, key: string): Set<Watcher<A>> {
    const byKey = this.#byTrait[kind];
    const watchers = byKey.get(key) ?? new Set();
    byKey.set(key, watchers);
    return watchers;
  }

  #tell(agent: A, before: Traits | undefined, after: Traits | undefined): void {
    if (this.#size === 0) return;
    for (const watchers of this.#concerned(before, after)) {
      for (const { query, channel, shown } of watchers) {
        const matched = shown?.has(agent) ?? (before !== undefined && matchesTraits(before, query));
        const matches = after !== undefined && isMeant(agent, query);
        const type = changeBetween(matched, matches);
        if (type === undefined) continue;
        if (matches) shown?.add(agent);
        else shown?.delete(agent);
        channel.push({ type, agent: agent.info() });
      }
    }
  }

  /** Everybody whom this may mean something to, each once. */
  *#concerned(before: Traits | undefined, after: Traits | undefined): Iterable<Set<Watcher<A>>> {
    if (this.#others.size > 0) yield this.#others;
    for (const kind of traitKinds) {
      const byKey = this.#byTrait[kind];
      if (byKey.size === 0) continue;
      const keys = [before, after].flatMap((traits) => (traits === undefined ? [] : keysOf(traits, kind)));
      for (const key of new Set(keys)) {
        const watchers = byKey.get(key);
        if (watchers !== undefined) yield watchers;
      }
    }
  }
}

/** What became of an agent in the eyes of a watcher: nothing, if it was none of its business and is none. */
function changeBetween(matched: boolean, matches: boolean): AgentChange["type"] | undefined {
  if (matched) return matches ? "changed" : "removed";
  return matches ? "added" : undefined;
}
