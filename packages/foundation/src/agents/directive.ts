/** What an orchestration variable tells an agent. */
import { describe } from "../core/describe.ts";
import { invalidInput } from "../core/errors.ts";
import { checkId, checkNumber, checkOptions } from "../core/validate.ts";
import type { Json } from "../core/json.ts";

/** What a directive may ask for. Those of resources and migration come with their rooms. */
export const directiveActions = [
  "activate",
  "deactivate",
  "start",
  "stop",
  "reconfigure",
  "adjust_parameters",
  "update_communication",
  "change_role",
  "scale_up",
  "scale_down",
] as const;

/** See {@link directiveActions}. */
export type DirectiveAction = (typeof directiveActions)[number];

/** One order to one agent. */
export interface Directive {
  agent: string;
  action: DirectiveAction;
  parameters: Record<string, Json>;
  /** Higher is delivered first. */
  priority: number;
  timeoutMs: number;
  /** The variable that gave it. */
  variable: string;
}

/** What became of a directive. */
export type DirectiveOutcome = "delivered" | "refused" | "timed_out" | "agent_unavailable";

/** @throws MabeamError `INVALID_INPUT` unless `directive` is well formed */
export function checkDirective(directive: Directive): void {
  checkOptions(directive, ["agent", "action", "parameters", "priority", "timeoutMs", "variable"], "a directive");
  checkId(directive.agent, "A directive's agent");
  if (!directiveActions.includes(directive.action)) {
    throw invalidInput(
      "unknown-action",
      `"${describe(directive.action)}" is no directive action; there are ${directiveActions.join(", ")}.`,
    );
  }
  const { parameters } = directive;
  if (typeof parameters !== "object" || parameters === null || Array.isArray(parameters))
    throw invalidInput("invalid-parameters", `A directive's parameters are a record, not ${describe(parameters)}.`);
  checkId(directive.variable, "A directive's variable");
  checkNumber(directive.priority, "A directive's priority");
  checkNumber(directive.timeoutMs, "A directive's timeoutMs", { min: 1 });
}
