/**
 * The agents of a system, from registration to the last stop: who they are, who supervises each, and who shares whose
 * work.
 */
import { Actor } from "../agents/actor.ts";
import type { AgentOptions } from "../agents/define.ts";
import { agentNotFound } from "../agents/failures.ts";
import { kindOf, type Kind } from "../agents/kind.ts";
import { resolveOptions, type ResolvedAgentOptions } from "../agents/options.ts";
import type { Registry } from "../agents/registry.ts";
import { Replicas } from "../agents/replicas.ts";
import type { AgentServices, Guardian } from "../agents/services.ts";
import { checkId } from "../core/validate.ts";
import { invalidInput } from "../core/errors.ts";
import { isPromise, type Soon } from "../core/steps.ts";
import { Turns } from "../core/turns.ts";
import { Supervisor, type SupervisorHost } from "../supervision/supervisor.ts";
import type { SupervisorTree } from "../supervision/tree.ts";
import { upgradeActor } from "./upgrade.ts";

/** What the roster is made of. */
export interface RosterParts {
  readonly services: AgentServices;
  readonly registry: Registry<Actor>;
  readonly supervisors: SupervisorTree;
  readonly supervisorHost: SupervisorHost;
}

export class Roster {
  readonly #parts: RosterParts;
  readonly #upgrades = new WeakMap<Actor, Turns>();
  #starts = 0;

  constructor(parts: RosterParts) {
    this.#parts = parts;
  }

  /** @throws MabeamError `INVALID_INPUT`, then nothing was registered; what starting it throws */
  register(id: string, definition: unknown, given: AgentOptions | undefined): Soon<Actor> {
    checkId(id, "An agent id");
    const kind = kindOf(definition as Kind["definition"]);
    return this.#enrol(id, kind, resolveOptions(given));
  }

  #enrol(id: string, kind: Kind, options: ResolvedAgentOptions): Soon<Actor> {
    const { registry, services, supervisors } = this.#parts;
    const supervisor = options.supervisor === undefined ? undefined : supervisors.get(options.supervisor);
    checkKept(id, kind, options, services);
    const actor = new Actor(id, kind, options, services);
    if (supervisor === undefined && options.significant) checkAlone(id);
    supervisor?.add(actor);
    actor.guardian = supervisor;
    try {
      registry.add(actor);
    } catch (error) {
      supervisor?.forget(actor);
      throw error;
    }
    actor.announce("agent:registered", () => ({}));
    const started = options.autoStart ? this.start(actor) : undefined;
    return isPromise(started) ? started.then(() => actor) : actor;
  }

  start(actor: Actor): Soon<void> {
    if (!actor.isUp) actor.startOrder = ++this.#starts;
    const isFirst = actor.guardian === undefined;
    const started = this.#supervisorOf(actor).start(actor, actor.options);
    // An agent that is up, and about which nothing had to be decided, needs nobody to remember it.
    if (isFirst && !isPromise(started) && actor.isUp) actor.guardian = undefined;
    return started;
  }

  stop(actor: Actor): Soon<boolean> {
    return this.#supervisorOf(actor).stop(actor, "stop");
  }

  restart(actor: Actor): Soon<void> {
    actor.startOrder = ++this.#starts;
    return this.#supervisorOf(actor).restart(actor, actor.options);
  }

  /** Stops an agent for good: whoever starts it from now on is told `why` not. */
  async finish(actor: Actor, reason: "stop" | "close", why: Error): Promise<void> {
    const supervisor = this.#supervisorOf(actor);
    await supervisor.finish(actor, reason, why);
    supervisor.forget(actor);
  }

  /** Stops an agent that is to be forgotten, and all who share its work. */
  async remove(actor: Actor): Promise<void> {
    const { registry, services } = this.#parts;
    await this.finish(actor, "stop", agentNotFound(actor.id));
    for (const replica of [...(actor.replicas?.others ?? [])]) await registry.unregister(replica.id);
    this.#originalOf(actor)?.replicas?.remove(actor);
    if (actor.options.persist) await services.snapshots.remove(actor.id);
    actor.announce("agent:unregistered", () => ({}));
  }

  /** See {@link upgradeActor}. Upgrades of one agent happen one after another. */
  async upgrade(actor: Actor, definition: unknown): Promise<void> {
    const kind = kindOf(definition as Kind["definition"]);
    if (kind.name !== actor.kind.name) {
      const message = `"${actor.id}" is a "${actor.kind.name}" and cannot become a "${kind.name}"; register that under an id of its own.`;
      throw invalidInput("other-definition", message, { agent: actor.id });
    }
    const turns = this.#upgrades.get(actor) ?? new Turns();
    this.#upgrades.set(actor, turns);
    await turns.take(() => upgradeActor(actor, kind));
    for (const replica of actor.replicas?.others ?? []) await this.upgrade(replica, definition);
  }

  /** Adds agents that share the work of `actor`; below 0, drains and takes away the last ones. */
  async scale(actor: Actor, by: number): Promise<void> {
    actor.replicas ??= new Replicas(actor);
    const { replicas } = actor;
    for (let left = by; left > 0; left--) {
      const tags = Object.freeze([...actor.tags, `replica-of:${actor.id}`]);
      replicas.add(await this.#enrol(replicas.nextId, actor.kind, { ...actor.options, tags, autoStart: true }));
    }
    for (let left = by; left < 0; left++) {
      const last = replicas.others.at(-1);
      if (last === undefined) break;
      // Asked by nobody from here on: what it has is handled, then it goes.
      replicas.remove(last);
      await last.inbox?.until(() => last.load === 0, last.options.shutdownTimeoutMs);
      await this.#parts.registry.unregister(last.id);
    }
    actor.announce("agent:scaled", () => ({ replicas: replicas.others.length }));
  }

  /** Who decides about an agent; made when there is first something to decide. */
  guardianOf(actor: Actor): Guardian {
    return this.#supervisorOf(actor);
  }

  #supervisorOf(actor: Actor): Supervisor {
    if (actor.guardian !== undefined) return actor.guardian as Supervisor;
    const { maxRestarts, withinMs, backoff } = actor.options;
    const spec = { id: actor.id, strategy: "one_for_one", maxRestarts, withinMs, backoff, escalates: false } as const;
    const alone = new Supervisor(spec, this.#parts.supervisorHost);
    alone.add(actor);
    actor.guardian = alone;
    return alone;
  }

  #originalOf(actor: Actor): Actor | undefined {
    const tag = actor.tags.find((each) => each.startsWith("replica-of:"));
    return tag === undefined ? undefined : this.#parts.registry.actor(tag.slice("replica-of:".length));
  }
}

/** What an earlier life of this system left under the id must be of the same definition. */
function checkKept(id: string, kind: Kind, options: ResolvedAgentOptions, { snapshots }: AgentServices): void {
  const kept = options.persist ? snapshots.take(id) : undefined;
  if (kept === undefined || kept.name === kind.name) return;
  const message = `"${id}" was a "${kept.name}" in the journal and cannot become a "${kind.name}".`;
  throw invalidInput("other-type", message, { agent: id });
}

function checkAlone(id: string): void {
  const message = `"${id}" cannot be significant without a supervisor; name one with the option supervisor.`;
  throw invalidInput("not-significant", message, { agent: id });
}
