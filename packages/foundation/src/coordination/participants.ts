/** Who takes part in a session. Identity comes from the registry: what is listed here is whom the engine asks. */
import type { AgentQuery } from "../agents/info.ts";
import { invalidInput, MabeamError } from "../core/errors.ts";
import { isRecord, shown } from "./mechanism-input.ts";

/**
 * The ids of the participants.
 * @throws MabeamError `INVALID_INPUT` with reason `duplicate-agent`, `invalid-participants` or `too-few-agents`
 * (`details: { required, actual }`); `AGENT_NOT_FOUND`
 */
export function resolveParticipants(
  participants: unknown,
  minimum: number,
  registry: { has(agent: string): boolean; find(query: AgentQuery): readonly string[] },
): string[] {
  const ids = Array.isArray(participants) ? listed(participants, registry) : found(participants, registry);
  if (ids.length < minimum) {
    const message = `This protocol needs at least ${minimum} participants, and there are ${ids.length}.`;
    throw invalidInput("too-few-agents", message, { required: minimum, actual: ids.length });
  }
  return ids;
}

function listed(ids: unknown[], registry: { has(agent: string): boolean }): string[] {
  const seen = new Set<string>();
  for (const id of ids) {
    if (typeof id !== "string" || id === "") throw invalid(id);
    if (seen.has(id))
      throw invalidInput("duplicate-agent", `The participant ${shown(id)} is listed twice.`, { agent: id });
    if (!registry.has(id)) {
      const message = `The participant ${shown(id)} is not registered; register it first, or leave it out.`;
      throw new MabeamError("AGENT_NOT_FOUND", message, { details: { agent: id } });
    }
    seen.add(id);
  }
  return [...seen];
}

function found(query: unknown, registry: { find(query: AgentQuery): readonly string[] }): string[] {
  if (!isRecord(query)) throw invalid(query);
  return [...registry.find(query as AgentQuery)];
}

function invalid(value: unknown): MabeamError {
  const message = `participants is a list of agent ids or a query to the registry, not ${shown(value)}.`;
  return invalidInput("invalid-participants", message);
}
