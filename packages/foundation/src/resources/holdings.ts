/** What each agent has: its leases, and its requests that wait. An agent with neither takes no memory. */
import type { LiveLease } from "./lease.ts";
import type { ResourceRequest } from "./request.ts";

interface Holding {
  readonly leases: Set<LiveLease>;
  readonly waiting: Set<ResourceRequest>;
}

export class Holdings {
  readonly #byAgent = new Map<string, Holding>();

  /** In order of grant. */
  leases(agent: string): LiveLease[] {
    return [...(this.#byAgent.get(agent)?.leases ?? [])];
  }

  /** In order of request. */
  waiting(agent: string): ResourceRequest[] {
    return [...(this.#byAgent.get(agent)?.waiting ?? [])];
  }

  agents(): string[] {
    return [...this.#byAgent.keys()];
  }

  addLease(lease: LiveLease): void {
    this.#of(lease.agent).leases.add(lease);
  }

  removeLease(lease: LiveLease): void {
    this.#byAgent.get(lease.agent)?.leases.delete(lease);
    this.#forgetIfEmpty(lease.agent);
  }

  addWaiting(request: ResourceRequest): void {
    this.#of(request.agent).waiting.add(request);
  }

  removeWaiting(request: ResourceRequest): void {
    this.#byAgent.get(request.agent)?.waiting.delete(request);
    this.#forgetIfEmpty(request.agent);
  }

  #of(agent: string): Holding {
    let holding = this.#byAgent.get(agent);
    if (holding === undefined) this.#byAgent.set(agent, (holding = { leases: new Set(), waiting: new Set() }));
    return holding;
  }

  #forgetIfEmpty(agent: string): void {
    const holding = this.#byAgent.get(agent);
    if (holding?.leases.size === 0 && holding.waiting.size === 0) this.#byAgent.delete(agent);
  }
}
