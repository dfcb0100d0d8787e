/**
 * Orchestration variables: named, versioned values that coordinate agents. A variable says which agents it affects,
 * what it tells them (`coordinate`), and which values are allowed (`constraints`).
 */
import { describe } from "../core/describe.ts";
import { invalidInput } from "../core/errors.ts";
import { checkId, checkOptions } from "../core/validate.ts";
import type { AgentInfo } from "../agents/info.ts";
import type { Directive } from "../agents/directive.ts";

/** What kind of decision a variable holds. */
export type VariableType =
  | "agent_selection"
  | "resource_allocation"
  | "communication_topology"
  | "adaptation_rate"
  | "performance_threshold"
  | "coordination_pattern"
  | "parameter"
  | "custom";

const types: readonly VariableType[] = [
  "agent_selection",
  "resource_allocation",
  "communication_topology",
  "adaptation_rate",
  "performance_threshold",
  "coordination_pattern",
  "parameter",
  "custom",
];

/** The values of all variables, for constraints that look across. */
export interface VariableView {
  get(id: string): unknown;
}

/** A named law. A `check` that throws refuses. */
export interface VariableConstraint<V = any> {
  name: string;
  check(value: V, all: VariableView): boolean;
  message?: string;
}

/** What a coordination run is told. */
export interface CoordinationContext {
  taskRequirements?: { capabilities?: readonly string[]; role?: string };
  /** What is free, by dimension; for coordination functions, nothing of ours reads it. */
  availableResources?: Readonly<Record<string, number>>;
  /** How busy the system is, from 0; for coordination functions, nothing of ours reads it. */
  systemLoad?: number;
  /** Milliseconds since the epoch; default: the system's clock. */
  now?: number;
  /** Fires when the coordination of this variable is given up: nobody waits for its directives any more. */
  signal?: AbortSignal;
}

/** A variable as it is given and as it is read; `value` and `version` are the last applied. */
export interface OrchestrationVariable<V = any> {
  readonly id: string;
  readonly type: VariableType;
  /** The agents that it affects. */
  readonly agents: readonly string[];
  readonly value: V;
  /** From 1, +1 with each accepted change. */
  readonly version: number;
  /** Variables that are coordinated before this one. */
  readonly dependsOn?: readonly string[];
  readonly constraints?: readonly VariableConstraint<V>[];
  /**
   * What the variable tells its agents. Constructors bring the default of their type. Where coordination decides anew, it
   * gives the new value with the directives: that is set first, and if it is refused, nobody is told anything.
   */
  readonly coordinate?: (
    variable: OrchestrationVariable<V>,
    agents: AgentInfo[],
    context: CoordinationContext,
  ) => Coordination<V> | Promise<Coordination<V>>;
}

/** What coordination comes to: directives, with the variable's new value if it has one. */
export type Coordination<V = any> = Directive[] | { value: V; directives: Directive[] };

const fields = ["id", "type", "agents", "value", "version", "dependsOn", "constraints", "coordinate", "rules", "hub"];

/** @throws MabeamError `INVALID_INPUT` unless `variable` is well formed; its value is not looked at */
export function checkVariable(variable: OrchestrationVariable): void {
  checkOptions(variable, fields, "an orchestration variable");
  const { id, type, agents, dependsOn, constraints, coordinate } = variable;
  checkId(id, "The id of an orchestration variable");
  if (!types.includes(type)) {
    const message = `"${id}" has the unknown type "${describe(type)}"; there are ${types.join(", ")}.`;
    throw invalidInput("unknown-type", message);
  }
  if ((variable.version ?? 1) !== 1)
    throw invalidInput("invalid-version", `The version of "${id}" counts by itself; give 1.`);
  if (coordinate !== undefined && typeof coordinate !== "function")
    throw invalidInput("not-a-function", `coordinate of "${id}" must be a function.`);
  checkAgents(id, agents);
  checkLaws(id, dependsOn, constraints);
}

/** What all constructors take, and what this one takes beside it. */
export function checkConstructor(
  id: string,
  options: Pick<OrchestrationVariable, "agents" | "dependsOn" | "constraints">,
  own: readonly string[],
): void {
  checkId(id, "The id of an orchestration variable");
  checkOptions(options, ["agents", "dependsOn", "constraints", ...own], `"${id}"`);
  checkAgents(id, options.agents);
  checkLaws(id, options.dependsOn, options.constraints);
}

/** A list of agent ids without doubles. */
function checkAgents(variable: string, agents: readonly string[]): void {
  if (!Array.isArray(agents)) throw invalidInput("no-agents", `"${variable}" needs agents, a list of ids.`);
  for (const agent of agents) checkId(agent, `An agent of "${variable}"`);
  if (new Set(agents).size !== agents.length) {
    throw invalidInput("duplicate-agent", `"${variable}" lists an agent twice: ${agents.join(", ")}.`);
  }
}

function checkLaws(
  variable: string,
  dependsOn: readonly string[] = [],
  constraints: readonly VariableConstraint[] = [],
): void {
  if (!Array.isArray(dependsOn)) throw invalidInput("not-a-list", `dependsOn of "${variable}" is a list of ids.`);
  for (const dependency of dependsOn) checkId(dependency, `A dependency of "${variable}"`);
  const isLaw = (law: VariableConstraint): boolean =>
    typeof law?.name === "string" && typeof law.check === "function" && typeof (law.message ?? "") === "string";
  if (!Array.isArray(constraints) || !constraints.every(isLaw)) {
    const message = `constraints of "${variable}" is a list of { name, check, message? }, with check a function.`;
    throw invalidInput("malformed-constraint", message);
  }
}
