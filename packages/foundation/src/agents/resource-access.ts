/**
 * What an agent may do with resources: ask for itself, and look. The pool belongs to the system: the composition root
 * fills this window in with the agent's id.
 */
import type { Lease } from "../resources/lease.ts";
import type { DimensionUtilization, ResourceRequestOptions } from "../resources/resource-pool.ts";

/** Leasing resources from within an agent. A lease ends with the agent at the latest. */
export interface AgentResources {
  /** Leases `amounts`, by dimension, to this agent: all of them or none. See {@link ResourcePool.request}. */
  request(amounts: Readonly<Record<string, number>>, options?: ResourceRequestOptions): Promise<Lease>;
  /** How each dimension is used, by all. */
  utilization(): Record<string, DimensionUtilization>;
}
