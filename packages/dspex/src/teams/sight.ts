/** Who sees whom under a pattern, among the members that take part. Pure. */
import { topologyEdges, type CommunicationTopology } from "@mabeam/foundation";
import { inferredEdges, type MemberFields, type TeamPattern, type TeamPlan } from "./plan.ts";

/**
 * The centre and the edges of `pattern`.
 * @param topology as it was given or is live; it speaks of the members that it lists, in its order, and the others see
 * nobody. Absent: all members, in the team's order.
 */
export function sightOf(
  topology: CommunicationTopology | undefined,
  pattern: TeamPattern,
  members: readonly MemberFields[],
): Pick<TeamPlan, "hub" | "edges"> {
  const present = members.map(({ key }) => key);
  const listed = topology?.agents ?? present;
  const keys = listed.filter((key) => present.includes(key));
  const wanted = topology?.hub ?? listed[0];
  const hub = keys.find((key) => key === wanted) ?? keys[0];
  if (pattern === "inferred") return { hub, edges: inferredEdges(members) };
  // In a team whoever broadcasts is heard by all, and everybody does: the hub is only where foundation's edges begin.
  if (pattern === "broadcast") return { hub, edges: topologyEdges(keys, { pattern: "mesh" }) };
  const given = topology?.value.pattern === pattern ? topology.value.edges : undefined;
  const complete = keys.length === listed.length || pattern === "layered" || pattern === "custom";
  if (given !== undefined && complete) {
    return { hub, edges: given.filter(({ from, to }) => keys.includes(from) && keys.includes(to)) };
  }
  // Who is left out leaves no gap: a pipeline closes up, and a star finds another centre.
  return { hub, edges: topologyEdges(keys, { pattern, ...(hub === undefined ? {} : { hub }) }) };
}
