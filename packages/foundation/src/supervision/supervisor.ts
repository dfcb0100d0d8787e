/**
 * Keeps agents alive. Each agent has an intensity of its own, as if alone under one_for_one: over it, it stays
 * `failed`, and its siblings stay up. What happens to the lives of one agent happens in turn: starts, stops, restarts
 * and what follows a crash never overlap, and nothing follows the last stop.
 */
import type { Actor } from "../agents/actor.ts";
import { agentNotRunning, handlerFailed } from "../agents/failures.ts";
import type { AgentServices } from "../agents/services.ts";
import { pause } from "../core/clock.ts";
import { Turns } from "../core/turns.ts";
import { planRestart } from "./restart.ts";

/** What the supervisor remembers of an agent. */
interface Charge {
  readonly turns: Turns;
  /** When it was restarted lately. */
  stamps: readonly number[];
  /** Starts under way and to come, oldest first; each can be given up. */
  readonly attempts: Set<AbortController>;
  /** Set with the last stop: why it can never start again. */
  gone: Error | undefined;
}

export class Supervisor {
  readonly #services: Pick<AgentServices, "clock" | "events">;
  readonly #charges = new WeakMap<Actor, Charge>();

  constructor(services: Pick<AgentServices, "clock" | "events">) {
    this.#services = services;
  }

  /**
   * Starts an agent; a start that throws is retried within the agent's intensity. Without effect on a running one.
   * @throws MabeamError `HANDLER_FAILED` with the last cause, when the agent is given up; `AGENT_NOT_RUNNING` when it is
   * stopped meanwhile
   */
  start(actor: Actor): Promise<void> {
    const charge = this.#charge(actor);
    return attempt(charge, (signal) => this.#start(actor, charge, signal));
  }

  /** Ends the present life, or the attempt to begin one. `false` if there was nothing to end. */
  stop(actor: Actor): Promise<boolean> {
    const charge = this.#charge(actor);
    for (const attempted of charge.attempts) attempted.abort();
    return charge.turns.take(() => actor.lives.end("stop"));
  }

  /** Ends the present life and starts a new one; what was asked for does not count against the intensity. */
  restart(actor: Actor): Promise<void> {
    const charge = this.#charge(actor);
    // Somebody wants it up now, not after a backoff; a start under way is let through.
    if (actor.lives.phase.status === "down") [...charge.attempts][0]?.abort();
    return attempt(charge, async (signal) => {
      if (charge.gone === undefined && (await actor.lives.end("restart"))) actor.lives.restarts++;
      await this.#start(actor, charge, signal);
    });
  }

  /** Stops an agent for good: whoever starts it from now on is told `why` not. */
  finish(actor: Actor, reason: "stop" | "close", why: Error): Promise<boolean> {
    const charge = this.#charge(actor);
    charge.gone ??= why;
    for (const attempted of charge.attempts) attempted.abort();
    return charge.turns.take(() => actor.lives.end(reason));
  }

  /** Decides what follows a crash, and sees it through. */
  crashed(actor: Actor): void {
    const charge = this.#charge(actor);
    const down = actor.lives.phase;
    // What comes of it shows in the agent's status: nobody waits here.
    attempt(charge, async (signal) => {
      // Stopped or restarted by somebody meanwhile: this failure is history.
      if (actor.lives.phase === down) await this.#revive(actor, charge, signal);
    }).catch(() => {});
  }

  async #start(actor: Actor, charge: Charge, signal: AbortSignal): Promise<void> {
    const { lives } = actor;
    if (charge.gone !== undefined) throw charge.gone;
    if (lives.phase.status === "running") return;
    if (signal.aborted) throw agentNotRunning(actor.id, lives.status);
    if (lives.phase.status !== "down" && (await begins(actor, signal))) return;
    await this.#revive(actor, charge, signal);
  }

  /** Restarts an agent that is down until a life begins. @throws when it is given up or stopped */
  async #revive(actor: Actor, charge: Charge, signal: AbortSignal): Promise<void> {
    const { lives } = actor;
    while (lives.phase.status === "down") {
      const { error, over } = lives.phase;
      await over;
      if (signal.aborted) throw agentNotRunning(actor.id, "stopping");
      const plan = planRestart(actor.options, charge.stamps, this.#services.clock.monotonic());
      if (plan.action === "give_up") {
        lives.fail(error);
        throw handlerFailed(actor.id, "onStart", error);
      }
      charge.stamps = plan.stamps;
      if (plan.delayMs > 0) await pause(this.#services.clock, plan.delayMs, signal);
      if (signal.aborted) throw agentNotRunning(actor.id, "stopping");
      lives.restarts++;
      if (!(await begins(actor, signal))) continue;
      const at = this.#services.clock.now();
      this.#services.events.emit("agent:restarted", { at, agent: actor.id, epoch: lives.epoch, error });
    }
  }

  #charge(actor: Actor): Charge {
    const known = this.#charges.get(actor);
    if (known !== undefined) return known;
    const charge: Charge = { turns: new Turns(), stamps: [], attempts: new Set(), gone: undefined };
    this.#charges.set(actor, charge);
    return charge;
  }
}

/** Work in its turn that brings the agent up, and that can be given up from now on. */
function attempt<T>(charge: Charge, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const attempted = new AbortController();
  charge.attempts.add(attempted);
  return charge.turns.take(() => work(attempted.signal)).finally(() => charge.attempts.delete(attempted));
}

/** A life that fails to begin leaves its error in the agent's phase. */
async function begins(actor: Actor, signal: AbortSignal): Promise<boolean> {
  try {
    await actor.lives.begin(signal);
    return true;
  } catch {
    return false;
  }
}
