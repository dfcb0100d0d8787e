/** How a directive reaches its agent and takes effect. The agent sees it first and may refuse. */
import type { Actor } from "../agents/actor.ts";
import { invalidInput } from "../core/errors.ts";
import type { Directive, DirectiveOutcome } from "../agents/directive.ts";

/** What a directive can do to an agent. */
export interface DirectiveEffects {
  start(actor: Actor): Promise<void>;
  changeRole(actor: Actor, role: string): void;
}

export async function deliverDirective(
  actor: Actor | undefined,
  directive: Directive,
  effects: DirectiveEffects,
): Promise<DirectiveOutcome> {
  if (actor === undefined) return "agent_unavailable";
  switch (directive.action) {
    case "activate":
    case "start":
      // An agent that is not there yet is started, so that there is somebody to see the directive.
      await effects.start(actor);
      return actor.direct(directive);
    case "deactivate":
    case "stop":
      return stop(actor, directive);
    case "change_role": {
      const { role } = directive.parameters;
      if (typeof role !== "string" || role === "") {
        throw invalidInput(
          "no-role",
          `change_role needs parameters.role, a non-empty string, not ${JSON.stringify(role)}.`,
        );
      }
      const outcome = await actor.direct(directive);
      if (outcome === "delivered") effects.changeRole(actor, role);
      return outcome;
    }
    case "reconfigure":
    case "adjust_parameters":
    case "update_communication":
      // What these mean is the agent's own: it sees them in onDirective.
      return actor.direct(directive);
  }
}

async function stop(actor: Actor, directive: Directive): Promise<DirectiveOutcome> {
  // What was asked for is so already.
  if (actor.status === "stopped" || actor.status === "registered") return "delivered";
  const outcome = await actor.direct(directive);
  if (outcome === "delivered") await actor.end("stop");
  return outcome;
}
