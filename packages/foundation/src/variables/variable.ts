/**
 * Orchestration variables: named, versioned values that coordinate agents. A variable says which agents it affects,
 * what it tells them (`coordinate`), and which values are allowed (`constraints`).
 */
import { invalidInput } from "../core/errors.ts";
import { checkId } from "../core/validate.ts";
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
  /** Milliseconds since the epoch; default: the system's clock. */
  now?: number;
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
  /** What the variable tells its agents. Constructors bring the default of their type. */
  readonly coordinate?: (
    variable: OrchestrationVariable<V>,
    agents: AgentInfo[],
    context: CoordinationContext,
  ) => Directive[] | Promise<Directive[]>;
}

/** @throws MabeamError `INVALID_INPUT` unless `variable` is well formed */
export function checkVariable(variable: OrchestrationVariable): void {
  if (typeof variable !== "object" || variable === null) {
    throw invalidInput("not-a-variable", `An orchestration variable must be an object, not ${String(variable)}.`);
  }
  checkId(variable.id, "The id of an orchestration variable");
  if (!types.includes(variable.type)) {
    throw invalidInput(
      "unknown-type",
      `"${variable.id}" has the unknown type "${variable.type}"; there are ${types.join(", ")}.`,
    );
  }
  checkAgents(variable.id, variable.agents);
  for (const dependency of variable.dependsOn ?? []) checkId(dependency, `A dependency of "${variable.id}"`);
  for (const { name, check } of variable.constraints ?? []) {
    if (typeof name !== "string" || typeof check !== "function") {
      throw invalidInput("malformed-constraint", `A constraint of "${variable.id}" needs a name and a check function.`);
    }
  }
}

/** A list of agent ids without doubles. */
export function checkAgents(variable: string, agents: readonly string[]): void {
  if (!Array.isArray(agents)) throw invalidInput("no-agents", `"${variable}" needs agents, a list of ids.`);
  for (const agent of agents) checkId(agent, `An agent of "${variable}"`);
  if (new Set(agents).size !== agents.length) {
    throw invalidInput("duplicate-agent", `"${variable}" lists an agent twice: ${agents.join(", ")}.`);
  }
}
