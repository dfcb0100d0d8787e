/** What every agent of one system shares; the composition root fills it in. */
import type { Clock } from "../core/clock.ts";
import type { Deadlines } from "../core/deadlines.ts";
import type { Events } from "../core/events.ts";
import type { Random } from "../core/random.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Actor } from "./actor.ts";
import type { AgentDefinition, AgentOptions, Handlers } from "./define.ts";
import type { AgentEvents } from "./agent-events.ts";
import type { AgentStatus } from "./info.ts";
import type { Kind } from "./kind.ts";
import type { AgentRef } from "./ref.ts";
import type { AgentRegistry } from "./registry.ts";
import type { AgentResources } from "./resource-access.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Snapshots } from "./snapshots.ts";
import type { AgentVariables } from "./variable-access.ts";

/** Who decides what follows when a life ends that nobody ended. The supervisors live in a room above. */
export interface Guardian {
  exited(actor: Actor, exit: { kind: "normal" } | { kind: "crash"; error: unknown }): void;
}

export interface AgentServices {
  readonly node: string;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly events: Events<AgentEvents>;
  readonly agents: AgentRegistry;
  readonly variables: AgentVariables;
  readonly snapshots: Snapshots;
  resourcesOf(agent: string): AgentResources;
  /** Lets a life begin, or throws: it may need resources. */
  admit(actor: Actor): Promise<void> | undefined;
  guardianOf(actor: Actor): Guardian;
  statusChanged(actor: Actor, from: AgentStatus): void;
  /** Its code is another one now. */
  replaced(actor: Actor, from: Kind): void;
  register<S, H extends Handlers<S>>(
    id: string,
    definition: AgentDefinition<S, H>,
    options?: AgentOptions,
  ): Promise<AgentRef<H>>;
}
