/** The live members of a team: registered as agents under its id, and unregistered together. */
import type { AgentOptions, Mabeam } from "@mabeam/foundation";
import { agentize, type ProgramAgent } from "../agents/agentize.ts";
import type { AnyProgram } from "../programs/program.ts";
import { configurationOf, type LiveTeam } from "./live.ts";
import type { Programs } from "./shape.ts";

/** Members' agents, by key. */
export type Members = Readonly<Record<string, ProgramAgent>>;

/** Registers each program as `<id>/<key>`: all of them or none. */
export async function registerMembers(
  mabeam: Mabeam,
  id: string,
  programs: Programs,
  options: Omit<AgentOptions, "args">,
): Promise<Members> {
  const members: Record<string, ProgramAgent> = {};
  try {
    for (const [key, program] of Object.entries(programs)) {
      const agentId = `${id}/${key}`;
      members[key] = await agentize(mabeam, program as AnyProgram, {
        ...options,
        agentId,
        tags: [...(options.tags ?? []), `team:${id}`],
      });
    }
    return members;
  } catch (error) {
    for (const agent of Object.values(members)) await mabeam.agents.unregister(agent.id);
    throw error;
  }
}

/** Unregisters the members, and the live variables if there are any yet. */
export async function dissolve(mabeam: Mabeam, members: Members, live: LiveTeam | undefined): Promise<void> {
  await live?.close();
  for (const agent of Object.values(members)) await mabeam.agents.unregister(agent.id);
}

const teams = new WeakMap<Mabeam, number>();

/** The first free one of `team-1`, `team-2`, … */
export function nextId(mabeam: Mabeam): string {
  let number = (teams.get(mabeam) ?? 0) + 1;
  // Somebody may have chosen such an id by hand.
  while (mabeam.variables.get(configurationOf(`team-${number}`)) !== undefined) number++;
  teams.set(mabeam, number);
  return `team-${number}`;
}
