/** How a directive reaches its agent and takes effect. The agent sees it first and may refuse. */
import type { Actor } from "../agents/actor.ts";
import type { Clock } from "../core/clock.ts";
import type { Deadlines } from "../core/deadlines.ts";
import { describe } from "../core/describe.ts";
import { invalidInput } from "../core/errors.ts";
import { checkInteger } from "../core/validate.ts";
import type { Directive, DirectiveOutcome } from "../agents/directive.ts";

/** What a directive can do to an agent. */
export interface DirectiveEffects {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  start(actor: Actor): Promise<void>;
  stop(actor: Actor): Promise<boolean>;
  changeRole(actor: Actor, role: string): void;
  /** Adds (or, below 0, drains and takes away) so many agents that share its work. */
  scale(actor: Actor, by: number): Promise<void>;
}

/** Delivers within the directive's time, its effect included. What takes longer goes on, but is reported `timed_out`. */
export async function deliverDirective(
  actor: Actor | undefined,
  directive: Directive,
  effects: DirectiveEffects,
): Promise<DirectiveOutcome> {
  if (actor === undefined) return "agent_unavailable";
  const dueAt = effects.clock.monotonic() + directive.timeoutMs;
  const show = async (): Promise<DirectiveOutcome> => {
    const leftMs = dueAt - effects.clock.monotonic();
    return leftMs > 0 ? actor.direct(directive, leftMs) : "timed_out";
  };
  return new Promise((resolve, reject) => {
    const deadline = effects.deadlines.set(directive.timeoutMs, () => resolve("timed_out"));
    takeEffect(actor, directive, show, effects)
      .then(resolve, reject)
      .finally(() => deadline.clear());
  });
}

async function takeEffect(
  actor: Actor,
  directive: Directive,
  show: () => Promise<DirectiveOutcome>,
  effects: DirectiveEffects,
): Promise<DirectiveOutcome> {
  switch (directive.action) {
    case "activate":
    case "start":
      // An agent that is not there yet is started, so that there is somebody to see the directive.
      await effects.start(actor);
      return show();
    case "deactivate":
    case "stop": {
      // What was asked for is so already.
      if (actor.status === "stopped" || actor.status === "registered") return "delivered";
      const outcome = await show();
      if (outcome === "delivered") await effects.stop(actor);
      return outcome;
    }
    case "change_role": {
      const { role } = directive.parameters;
      if (typeof role !== "string" || role === "") {
        throw invalidInput("no-role", `change_role needs parameters.role, a non-empty string, not ${describe(role)}.`);
      }
      const outcome = await show();
      if (outcome === "delivered") effects.changeRole(actor, role);
      return outcome;
    }
    case "scale_up":
    case "scale_down": {
      const { count = 1 } = directive.parameters;
      checkInteger(count, `${directive.action} needs parameters.count that`, { min: 1 });
      const outcome = await show();
      if (outcome === "delivered") await effects.scale(actor, directive.action === "scale_up" ? count : -count);
      return outcome;
    }
    case "reconfigure":
    case "adjust_parameters":
    case "update_communication":
      // What these mean is the agent's own: it sees them in onDirective.
      return show();
  }
}
