/**
 * Keeps agents alive. Each agent has an intensity of its own, as if alone under one_for_one: over it, it stays
 * `failed`, and its siblings stay up.
 */
import type { Actor, Phase } from "../agents/actor.ts";
import { handlerFailed } from "../agents/failures.ts";
import type { AgentServices } from "../agents/services.ts";
import { pause } from "../core/clock.ts";
import { planRestart } from "./restart.ts";

export class Supervisor {
  readonly #services: Pick<AgentServices, "clock" | "events">;
  /** When each agent was restarted lately. */
  readonly #stamps = new WeakMap<Actor, readonly number[]>();

  constructor(services: Pick<AgentServices, "clock" | "events">) {
    this.#services = services;
  }

  /**
   * Starts an agent; a start that throws is retried within the agent's intensity.
   * @throws MabeamError `HANDLER_FAILED` with the last cause, when the agent is given up
   */
  async start(actor: Actor): Promise<void> {
    try {
      await actor.begin();
    } catch (error) {
      if (actor.phase.status !== "down") throw error;
      const given = await this.#revive(actor, error);
      if (given !== undefined) throw handlerFailed(actor.id, "onStart", given.error);
    }
  }

  /** Ends the present life and starts a new one; what was asked for does not count against the intensity. */
  async restart(actor: Actor): Promise<void> {
    if (await actor.end("restart")) actor.restarts++;
    await this.start(actor);
  }

  /** Decides what follows a crash, and sees it through. */
  crashed(actor: Actor, error: unknown): void {
    void this.#revive(actor, error);
  }

  /** Restarts until a start succeeds or the plan says no more; then returns why. */
  async #revive(actor: Actor, error: unknown): Promise<{ error: unknown } | undefined> {
    for (let cause = error; ;) {
      const down = actor.phase;
      const plan = planRestart(actor.options, this.#stamps.get(actor) ?? [], this.#services.clock.monotonic());
      if (plan.action === "give_up") {
        actor.fail(cause);
        return { error: cause };
      }
      this.#stamps.set(actor, plan.stamps);
      if (plan.delayMs > 0) await pause(this.#services.clock, plan.delayMs);
      // Stopped or restarted by somebody meanwhile: this failure is history.
      if (!isStill(actor, down)) return undefined;
      actor.restarts++;
      try {
        await actor.begin();
        this.#services.events.emit("agent:restarted", {
          at: this.#services.clock.now(),
          agent: actor.id,
          epoch: actor.epoch,
          error: cause,
        });
        return undefined;
      } catch (failure) {
        if (actor.phase.status !== "down") return undefined;
        cause = failure;
      }
    }
  }
}

function isStill(actor: Actor, phase: Phase): boolean {
  return actor.phase === phase;
}
