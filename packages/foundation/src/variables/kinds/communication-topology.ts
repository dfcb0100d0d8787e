/** A variable that decides who sees whose messages. Its value is a pattern and the edges that follow from it. */
import { describe } from "../../core/describe.ts";
import { invalidInput } from "../../core/errors.ts";
import type { Directive } from "../../agents/directive.ts";
import { checkConstructor, type OrchestrationVariable, type VariableConstraint } from "../variable.ts";

/** The layouts that {@link topologyEdges} knows. */
export const topologyPatterns = ["pipeline", "star", "ring", "mesh", "broadcast", "layered", "custom"] as const;
/** One of {@link topologyPatterns}. */
export type TopologyPattern = (typeof topologyPatterns)[number];

const edgeTypes = ["command", "data", "feedback", "coordination", "supervision"] as const;

/** `to` sees what `from` says. */
export interface TopologyEdge {
  from: string;
  to: string;
  type: (typeof edgeTypes)[number];
}

/** The value of a communication topology. */
export interface Topology {
  pattern: TopologyPattern;
  edges: TopologyEdge[];
}

/** A pattern with what it needs to be laid out. */
export interface TopologyShape {
  pattern: TopologyPattern;
  /** The centre of a star or a broadcast. Default: the first agent. */
  hub?: string;
  /** For `layered`: each layer sees all of the one before. */
  layers?: readonly (readonly string[])[];
  /** For `custom`. */
  edges?: readonly { from: string; to: string; type?: TopologyEdge["type"] }[];
}

/** What {@link communicationTopology} takes. */
export interface CommunicationTopologyOptions extends TopologyShape {
  agents: readonly string[];
  dependsOn?: readonly string[];
  constraints?: readonly VariableConstraint<Topology>[];
}

/** A communication topology also says its hub, so that optimizers can lay it out anew. */
export interface CommunicationTopology extends OrchestrationVariable<Topology> {
  readonly type: "communication_topology";
  readonly hub: string | undefined;
}

/**
 * Coordination tells each agent `update_communication` with whom it `receivesFrom` and `sendsTo`.
 *
 * @throws MabeamError `INVALID_INPUT` for unknown agents, self-loops, doubled edges, or a shape that lacks its part
 */
export function communicationTopology(id: string, options: CommunicationTopologyOptions): CommunicationTopology {
  checkConstructor(id, options, ["pattern", "hub", "layers", "edges"]);
  const agents = [...options.agents];
  if (agents.length === 0) throw invalidInput("no-agents", `"${id}" needs agents to lay out.`);
  return {
    id,
    type: "communication_topology",
    agents,
    hub: options.hub,
    value: { pattern: options.pattern, edges: topologyEdges(agents, options) },
    version: 1,
    dependsOn: options.dependsOn ?? [],
    constraints: [
      {
        name: "topology",
        message: `edges must join different agents among ${agents.join(", ")}, each at most once`,
        check: (value) => topologyPatterns.includes(value.pattern) && edgeProblem(agents, value.edges) === undefined,
      },
      ...(options.constraints ?? []),
    ],
    coordinate: communicationDirectives,
  };
}

/**
 * The edges of a pattern over `agents`. star: hub and each other both ways; broadcast: hub to each; pipeline: in the
 * order of `agents`; ring closes it; mesh: all pairs; layered: all of one layer to all of the next. Pure.
 */
export function topologyEdges(agents: readonly string[], shape: TopologyShape): TopologyEdge[] {
  const edges = pairsOf(agents, shape).map(([from, to, type]): TopologyEdge => ({ from, to, type: type ?? "data" }));
  const problem = edgeProblem(agents, edges);
  if (problem !== undefined) throw invalidInput("invalid-edge", `The topology is wrong: ${problem}.`);
  return edges;
}

type Pair = readonly [from: string, to: string, type?: TopologyEdge["type"] | undefined];

function pairsOf(agents: readonly string[], shape: TopologyShape): Pair[] {
  const hub = shape.hub ?? agents[0];
  if (shape.hub !== undefined && !agents.includes(shape.hub)) {
    throw invalidInput("unknown-agent", `The hub "${shape.hub}" is not among ${agents.join(", ")}.`);
  }
  const others = agents.filter((agent) => agent !== hub);
  switch (shape.pattern) {
    case "pipeline":
      return inOrder(agents);
    case "ring":
      return agents.length < 2 ? [] : [...inOrder(agents), [agents.at(-1) as string, agents[0] as string]];
    case "star":
      return others.flatMap((other): Pair[] => [
        [hub as string, other],
        [other, hub as string],
      ]);
    case "broadcast":
      return others.map((other): Pair => [hub as string, other]);
    case "mesh":
      return agents.flatMap((from) => agents.filter((to) => to !== from).map((to): Pair => [from, to]));
    case "layered":
      return layerPairs(shape.layers);
    case "custom":
      if (!Array.isArray(shape.edges))
        throw invalidInput("no-edges", "A custom topology needs edges, a list of { from, to }.");
      return (shape.edges as readonly TopologyEdge[]).map((edge): Pair => [edge?.from, edge?.to, edge?.type]);
    default:
      throw invalidInput(
        "unknown-pattern",
        `"${describe(shape.pattern)}" is no topology; there are ${topologyPatterns.join(", ")}.`,
      );
  }
}

function inOrder(agents: readonly string[]): Pair[] {
  return agents.slice(1).map((agent, index): Pair => [agents[index] as string, agent]);
}

function layerPairs(layers: TopologyShape["layers"]): Pair[] {
  if (!Array.isArray(layers) || layers.length === 0 || !layers.every(Array.isArray))
    throw invalidInput("no-layers", "A layered topology needs layers, a list of lists of ids.");
  return layers
    .slice(1)
    .flatMap((layer, index) => (layers[index] ?? []).flatMap((from) => layer.map((to): Pair => [from, to])));
}

function edgeProblem(agents: readonly string[], edges: readonly TopologyEdge[]): string | undefined {
  if (!Array.isArray(edges)) return "edges must be a list";
  const seen = new Set<string>();
  for (const { from, to, type } of edges) {
    const stranger = [from, to].find((agent) => !agents.includes(agent));
    if (stranger !== undefined) return `"${describe(stranger)}" is not among its agents`;
    if (from === to) return `"${from}" is joined to itself`;
    if (!edgeTypes.includes(type)) return `"${describe(type)}" is no type of edge`;
    const key = JSON.stringify([from, to]);
    if (seen.has(key)) return `the edge from "${from}" to "${to}" is there twice`;
    seen.add(key);
  }
  return undefined;
}

function communicationDirectives(variable: OrchestrationVariable<Topology>): Directive[] {
  const { pattern, edges } = variable.value;
  return variable.agents.map((agent) => ({
    agent,
    action: "update_communication",
    parameters: {
      pattern,
      receivesFrom: edges.filter((edge) => edge.to === agent).map((edge) => edge.from),
      sendsTo: edges.filter((edge) => edge.from === agent).map((edge) => edge.to),
    },
    priority: 0,
    timeoutMs: 5000,
    variable: variable.id,
  }));
}
