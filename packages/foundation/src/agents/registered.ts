/** All that the registry knows of an agent. */
import { asksForMore, matchesRest, matchesTraits, type AgentInfo, type AgentQuery, type AgentStatus } from "./info.ts";

/**
 * Somebody who can be registered. What stands here, and in its info beside the gauges, changes only when the registry is
 * told so at once.
 */
export interface Registered {
  readonly id: string;
  readonly role: string;
  readonly capabilities: readonly string[];
  readonly tags: readonly string[];
  readonly status: AgentStatus;
  /** Its place in the order of registration, for the registry to write: nowhere else could it be kept in 8 bytes. */
  order: number;
  /** The same object until something in it changes: the registry asks often. */
  info(): AgentInfo;
}

/** Whether `query` means this agent. Its info is made only for criteria that nothing else can answer. */
export function isMeant(agent: Registered, query: AgentQuery): boolean {
  return matchesTraits(agent, query) && (!asksForMore(query) || matchesRest(agent.info(), query));
}
