/** Somebody to register, for tests of the registry: facts that a test changes, and says so. */
import type { AgentMetrics } from "../telemetry/latency-window.ts";
import { makeInfo, noMetrics, type AgentInfo, type AgentStatus } from "./info.ts";
import type { Registered } from "./registered.ts";
import type { Registry } from "./registry.ts";

export interface Facts {
  role: string;
  status: AgentStatus;
  capabilities: readonly string[];
  tags: readonly string[];
  restarts: number;
}

export class Member implements Registered {
  readonly id: string;
  order = 0;
  mailboxDepth = 0;
  facts: Facts;
  /** How often its info was made. */
  made = 0;
  /** How often somebody looked at its capabilities. */
  looks = 0;
  #info: AgentInfo | undefined;

  constructor(id: string, facts: Partial<Facts> = {}) {
    this.id = id;
    this.facts = { role: "executor", status: "registered", capabilities: [], tags: [], restarts: 0, ...facts };
  }

  get role(): string {
    return this.facts.role;
  }
  get status(): AgentStatus {
    return this.facts.status;
  }
  get tags(): readonly string[] {
    return this.facts.tags;
  }
  get capabilities(): readonly string[] {
    this.looks++;
    return this.facts.capabilities;
  }

  metrics(): AgentMetrics {
    return { ...noMetrics, handled: this.mailboxDepth };
  }

  info(): AgentInfo {
    if (this.#info === undefined) {
      this.made++;
      const fixed = { name: "member", version: 1, node: "here", startedAt: undefined, resources: { cpu: 2 } };
      this.#info = makeInfo({ id: this.id, ...fixed, ...this.facts }, this);
    }
    return this.#info;
  }

  /** Changes facts, and tells the registry as an agent does. */
  become(registry: Registry<Member>, facts: Partial<Facts>): void {
    const before = this.facts;
    const change = (part: Partial<Facts>): void => {
      this.facts = { ...this.facts, ...part };
      this.#info = undefined;
    };
    const { role, capabilities, ...rest } = facts;
    if (role !== undefined) {
      change({ role });
      registry.roleChanged(this, before.role);
    }
    if (capabilities !== undefined) {
      change({ capabilities });
      registry.replaced(this, before.capabilities);
    }
    if (Object.keys(rest).length > 0) {
      change(rest);
      registry.statusChanged(this, before.status);
    }
  }
}
