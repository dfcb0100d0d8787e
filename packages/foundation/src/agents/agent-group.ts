/**
 * Agents that have something in common, in order of registration. Their infos are put together when somebody asks for
 * them, and shared by all who ask until one of the agents changes.
 */
import type { AgentInfo } from "./info.ts";
import type { Registered } from "./registered.ts";

/** The look of any group: whoever joins, leaves or changes makes it forget the list of infos. */
export abstract class Group<A extends Registered> implements Iterable<A> {
  #infos: readonly AgentInfo[] | undefined = undefined;

  abstract readonly size: number;
  /** In order of registration. */
  abstract [Symbol.iterator](): Iterator<A>;
  abstract add(agent: A): void;
  abstract delete(agent: A): void;

  infos(): readonly AgentInfo[] {
    return (this.#infos ??= this.#collect());
  }

  /** Makes the next {@link infos} ask the agents anew. */
  forget(): void {
    this.#infos = undefined;
  }

  #collect(): readonly AgentInfo[] {
    const infos: AgentInfo[] = [];
    for (const agent of this) infos.push(agent.info());
    return Object.freeze(infos);
  }
}

/** A group that knows its members. */
export class MemberGroup<A extends Registered> extends Group<A> {
  readonly #members = new Set<A>();
  /** The highest place that any member has had. */
  #last = 0;
  /** Whether the members are in order: a change of status or role brings agents in out of turn. */
  #isOrdered = true;

  get size(): number {
    return this.#members.size;
  }

  add(agent: A): void {
    if (agent.order < this.#last) this.#isOrdered = false;
    else this.#last = agent.order;
    this.#members.add(agent);
    this.forget();
  }

  delete(agent: A): void {
    this.#members.delete(agent);
    this.forget();
  }

  [Symbol.iterator](): Iterator<A> {
    if (!this.#isOrdered) this.#sort();
    return this.#members.values();
  }

  #sort(): void {
    const sorted = [...this.#members].sort((a, b) => a.order - b.order);
    this.#members.clear();
    for (const agent of sorted) this.#members.add(agent);
    this.#isOrdered = true;
  }
}

/** A group of nearly everybody: it walks through all and takes its own, and so costs nothing per member. */
export class WalkedGroup<A extends Registered> extends Group<A> {
  readonly #all: ReadonlyMap<string, A>;
  readonly #belongs: (agent: A) => boolean;
  #size = 0;

  constructor(all: ReadonlyMap<string, A>, belongs: (agent: A) => boolean) {
    super();
    this.#all = all;
    this.#belongs = belongs;
  }

  get size(): number {
    return this.#size;
  }

  add(): void {
    this.#size++;
    this.forget();
  }

  delete(): void {
    this.#size--;
    this.forget();
  }

  *[Symbol.iterator](): Iterator<A> {
    for (const agent of this.#all.values()) if (this.#belongs(agent)) yield agent;
  }
}
