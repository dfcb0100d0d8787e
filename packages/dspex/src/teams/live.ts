/**
 * The live side of a team: orchestration variables in the system, which decide where a call's configuration is silent.
 * Optimizers never touch them; `team.apply` does.
 */
import {
  parameter,
  topologyEdges,
  type Json,
  type Mabeam,
  type OrchestrationVariable,
  type Topology,
  type VariableConstraint,
} from "@mabeam/foundation";
import type { Configuration } from "../variables/configuration.ts";
import { someoneListens } from "./plan.ts";
import { canAnswer, canEverAnswer } from "./membership.ts";
import { dimension, type TeamShape } from "./shape.ts";
import { patternsOf } from "./team-space.ts";

export interface LiveTeam {
  /** Changes with every change of a live value. */
  version(): number;
  /** What is live now, as a partial configuration of the team. */
  values(): Configuration;
  /** The live layout, if the team was given one. */
  topology(): Topology | undefined;
  /** Makes `config`, complete and valid, the live one. */
  apply(config: Configuration, options: { by?: string; reason?: string }): Promise<void>;
  close(): Promise<void>;
}

/** The id of the variable that holds what no other variable of the team does. */
export const configurationOf = (id: string): string => `${id}/configuration`;

/** Registers the live variables of a team under its id. */
export async function liveTeam(mabeam: Mabeam, id: string, shape: TeamShape): Promise<LiveTeam> {
  const { variables } = mabeam;
  const { selection, topology } = shape;
  const rest = configurationOf(id);
  const own = (variable: { id: string }): string => `${id}/${variable.id}`;
  const agents = shape.fields.members.map(({ key }) => `${id}/${key}`);
  const registered = [
    inTeam(rest, parameter<Json>(rest, { agents, value: {} }), []),
    ...(selection === undefined
      ? []
      : [inTeam(own(selection), selection, canEverAnswer(shape) ? [answers(shape)] : [])]),
    ...(topology === undefined ? [] : [inTeam(own(topology), topology, [isSearched(shape)])]),
  ];
  const ids = registered.map((variable) => variable.id);
  const added: string[] = [];
  try {
    for (const variable of registered) {
      await variables.add(variable);
      added.push(variable.id);
    }
  } catch (error) {
    for (const each of added) await variables.remove(each);
    throw error;
  }
  const value = <V>(variableId: string): V | undefined => variables.get(variableId)?.value as V | undefined;
  return {
    version: () => ids.reduce((sum, each) => sum + (variables.get(each)?.version ?? 0), 0),
    values: () => ({
      ...value<Configuration>(rest),
      ...(selection === undefined ? {} : { [dimension.members(shape)]: value<Json>(own(selection)) }),
      ...(topology === undefined || !someoneListens(shape.fields.members)
        ? {}
        : { [dimension.topology(shape)]: value<Topology>(own(topology))?.pattern }),
    }),
    topology: () => (topology === undefined ? undefined : value<Topology>(own(topology))),
    apply: async (config, options) => {
      const { [dimension.members(shape)]: members, [dimension.topology(shape)]: pattern, ...unnamed } = config;
      const others: Record<string, Json | undefined> = { ...unnamed };
      if (selection !== undefined) await variables.set(own(selection), members as Json, options);
      else if (members !== undefined) others[dimension.members(shape)] = members;
      if (topology === undefined) {
        if (pattern !== undefined) others[dimension.topology(shape)] = pattern;
      } else await setPattern(pattern as Topology["pattern"] | undefined, options);
      await variables.set(rest, others as Json, options);
    },
    close: async () => {
      for (const each of ids) await variables.remove(each);
    },
  };

  async function setPattern(
    pattern: Topology["pattern"] | undefined,
    options: { by?: string; reason?: string },
  ): Promise<void> {
    if (topology === undefined || pattern === undefined || value<Topology>(own(topology))?.pattern === pattern) return;
    const hub = topology.hub === undefined ? {} : { hub: topology.hub };
    const edges =
      pattern === topology.value.pattern ? topology.value.edges : topologyEdges(topology.agents, { pattern, ...hub });
    await variables.set(own(topology), { pattern, edges } as unknown as Json, options);
  }
}

/** The team reads its variables itself when a call starts, so they give no directives; inside it, bare keys are used. */
function inTeam(
  id: string,
  variable: OrchestrationVariable,
  laws: readonly VariableConstraint[],
): OrchestrationVariable {
  return { ...variable, id, coordinate: () => [], constraints: [...(variable.constraints ?? []), ...laws] };
}

/** What is live must be a point of the team's space, or every call would be refused. */
function answers(shape: TeamShape): VariableConstraint<readonly string[]> {
  const message = "the selected members must be able to write every output of the team";
  return { name: "answerable", message, check: (selected) => canAnswer(shape, selected) };
}

function isSearched(shape: TeamShape): VariableConstraint<Topology> {
  const patterns = patternsOf(shape);
  const message = `the pattern must be one of the team's space: ${patterns.join(", ")}`;
  return { name: "pattern", message, check: ({ pattern }) => patterns.includes(pattern) };
}
