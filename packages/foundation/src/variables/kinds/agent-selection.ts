/** A variable that decides which of its agents run. Its value is the list of the selected ids. */
import type { AgentInfo } from "../../agents/info.ts";
import { describe } from "../../core/describe.ts";
import { invalidInput, MabeamError } from "../../core/errors.ts";
import { checkInteger } from "../../core/validate.ts";
import type { Directive } from "../../agents/directive.ts";
import {
  checkConstructor,
  type Coordination,
  type CoordinationContext,
  type OrchestrationVariable,
  type VariableConstraint,
} from "../variable.ts";
import { selectAgents, selectionOrders, type SelectionOrder, type SelectionRules } from "./selection-rule.ts";

/** What {@link agentSelection} takes. */
export interface AgentSelectionOptions {
  agents: readonly string[];
  /** Agents that must be selected. */
  required?: readonly string[];
  /** Fewest selected. Default 0. */
  min?: number;
  /** Most selected. Default all. */
  maxConcurrent?: number;
  /** Default: the required ones, then the others in order, up to `maxConcurrent`. */
  value?: readonly string[];
  /**
   * How coordination selects anew, each time: `task`: who meets the context's `taskRequirements`; `performance`: who has
   * the highest throughput × (1 − error rate); `round_robin`: whose turn it is. The required ones always, the others up
   * to `maxConcurrent`. Default: the value stays as it is set.
   */
  by?: SelectionOrder;
  dependsOn?: readonly string[];
  constraints?: readonly VariableConstraint<string[]>[];
}

/** An agent selection also says its rules, so that optimizers can search within them. */
export interface AgentSelection extends OrchestrationVariable<string[]> {
  readonly type: "agent_selection";
  readonly rules: SelectionRules;
}

/**
 * Coordination tells the selected agents `activate` and the others `deactivate`: they start and stop. With `by` it first
 * sets the new selection as the value; one that breaks the rules is refused, and nobody is told anything.
 *
 * @throws MabeamError `INVALID_INPUT` for agents twice, strangers among `required`, or bounds that cannot be met;
 * `CONSTRAINT_VIOLATED` for an initial value that breaks the rules
 */
export function agentSelection(id: string, options: AgentSelectionOptions): AgentSelection {
  checkConstructor(id, options, ["required", "min", "maxConcurrent", "value", "by"]);
  const { agents, required = [], min = 0, maxConcurrent = agents.length, by } = options;
  if (by !== undefined && !selectionOrders.includes(by))
    throw invalidInput("unknown-order", `"${id}" selects by ${selectionOrders.join(", ")}, not by ${describe(by)}.`);
  if (!Array.isArray(required) || new Set(required).size !== required.length)
    throw invalidInput("invalid-required", `required of "${id}" must be a list of ids without doubles.`);
  checkInteger(min, `min of "${id}"`, { min: 0, max: agents.length });
  checkInteger(maxConcurrent, `maxConcurrent of "${id}"`, { min: Math.max(min, required.length, 1) });
  const stranger = required.find((agent) => !agents.includes(agent));
  if (stranger !== undefined)
    throw invalidInput("unknown-agent", `"${id}" requires "${stranger}", which is not among its agents.`);
  const rules = { required: [...required], min, maxConcurrent };
  const value = options.value === undefined ? firstSelection(agents, rules) : [...options.value];
  const problem = selectionProblem(value, agents, rules);
  if (problem !== undefined)
    throw new MabeamError("CONSTRAINT_VIOLATED", `The initial value of "${id}" breaks its rules: ${problem}.`);
  return {
    id,
    type: "agent_selection",
    agents: [...agents],
    value,
    version: 1,
    rules,
    dependsOn: options.dependsOn ?? [],
    constraints: [selectionRules(agents, rules), ...(options.constraints ?? [])],
    coordinate: (variable, infos, { taskRequirements }) =>
      by === undefined
        ? selectionDirectives(variable, variable.value)
        : coordinateBy(by, variable, infos, rules, taskRequirements),
  };
}

function firstSelection(agents: readonly string[], { required, maxConcurrent }: SelectionRules): string[] {
  const others = agents.filter((agent) => !required.includes(agent)).slice(0, maxConcurrent - required.length);
  return agents.filter((agent) => required.includes(agent) || others.includes(agent));
}

function selectionRules(agents: readonly string[], rules: SelectionRules): VariableConstraint<string[]> {
  return {
    name: "selection",
    message: `select ${rules.min} to ${rules.maxConcurrent} of ${agents.join(", ")}; required: ${rules.required.join(", ") || "none"}`,
    check: (value) => selectionProblem(value, agents, rules) === undefined,
  };
}

function selectionProblem(value: unknown, agents: readonly string[], rules: SelectionRules): string | undefined {
  if (!Array.isArray(value) || new Set(value).size !== value.length) return "it must be a list of ids without doubles";
  const stranger = value.find((agent) => !agents.includes(agent));
  if (stranger !== undefined) return `"${describe(stranger)}" is not among its agents`;
  const missing = rules.required.find((agent) => !value.includes(agent));
  if (missing !== undefined) return `"${missing}" is required`;
  if (value.length < rules.min || value.length > rules.maxConcurrent) {
    return `${value.length} are selected, ${rules.min} to ${rules.maxConcurrent} are allowed`;
  }
  return undefined;
}

function coordinateBy(
  by: SelectionOrder,
  variable: OrchestrationVariable<string[]>,
  infos: AgentInfo[],
  rules: SelectionRules,
  requirements: CoordinationContext["taskRequirements"],
): Coordination<string[]> {
  const { agents, value: present } = variable;
  const value = selectAgents(by, { agents, rules, present, infos, requirements });
  const directives = selectionDirectives(variable, value);
  const isSame = value.length === present.length && value.every((agent) => present.includes(agent));
  return isSame ? directives : { value, directives };
}

function selectionDirectives(variable: OrchestrationVariable<string[]>, value: readonly string[]): Directive[] {
  return variable.agents.map((agent) => {
    const selected = value.includes(agent);
    return {
      agent,
      action: selected ? "activate" : "deactivate",
      parameters: {},
      // Room is made before it is taken.
      priority: selected ? 0 : 1,
      timeoutMs: 5000,
      variable: variable.id,
    };
  });
}
