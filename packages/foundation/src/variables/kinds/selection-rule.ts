/** How coordination selects agents anew, by task, performance or turn. Pure. */
import { matchesQuery, type AgentInfo } from "../../agents/info.ts";
import type { CoordinationContext } from "../variable.ts";

/** What a selection must keep to. */
export interface SelectionRules {
  readonly required: readonly string[];
  readonly min: number;
  readonly maxConcurrent: number;
}

export const selectionOrders = ["task", "performance", "round_robin"] as const;
/** One of {@link selectionOrders}. */
export type SelectionOrder = (typeof selectionOrders)[number];

/** What a selection is made of. */
export interface SelectionInput {
  readonly agents: readonly string[];
  readonly rules: SelectionRules;
  /** Who is selected at present. */
  readonly present: readonly string[];
  /** What is known of the registered ones. */
  readonly infos: readonly AgentInfo[];
  readonly requirements: CoordinationContext["taskRequirements"];
}

/**
 * The required agents, and of the others as many as may run: by `task` those with the required capabilities and role, in
 * order; by `performance` those of the highest throughput × (1 − error rate), the earlier one on a tie; by `round_robin`
 * those whose turn follows on the present ones'. An agent that failed or is not registered is passed over unless it is
 * required. In the order of `agents`.
 */
export function selectAgents(by: SelectionOrder, input: SelectionInput): string[] {
  const { agents, rules } = input;
  const others = agents.filter((agent) => !rules.required.includes(agent));
  const chosen = candidates(by, others, input).slice(0, rules.maxConcurrent - rules.required.length);
  return agents.filter((agent) => rules.required.includes(agent) || chosen.some(({ id }) => id === agent));
}

/** Those of `others` who may be selected, whoever comes first at the front. */
function candidates(by: SelectionOrder, others: readonly string[], input: SelectionInput): AgentInfo[] {
  const known = new Map(input.infos.map((info) => [info.id, info]));
  const ready = (ids: readonly string[]): AgentInfo[] =>
    ids
      .map((id) => known.get(id))
      .filter((info) => info !== undefined)
      .filter(({ status }) => status !== "failed");
  switch (by) {
    case "task":
      return ready(others).filter((info) => matchesQuery(info, input.requirements ?? {}));
    case "performance":
      return ready(others).toSorted((a, b) => performance(b) - performance(a));
    case "round_robin":
      return ready(afterPresent(others, input.present));
  }
}

function performance({ metrics }: AgentInfo): number {
  return metrics.throughput * (1 - metrics.errorRate);
}

/** The ring of agents from where the present window ends: behind the first who is selected while the next is not. */
function afterPresent(ring: readonly string[], present: readonly string[]): string[] {
  const isSelected = (index: number): boolean => present.includes(ring[index % ring.length] as string);
  const start = ring.findIndex((_, index) => isSelected(index) && !isSelected(index + 1)) + 1;
  return [...ring.slice(start), ...ring.slice(0, start)];
}
