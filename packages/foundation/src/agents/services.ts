/** What every agent of one system shares; the composition root fills it in. */
import type { Clock } from "../core/clock.ts";
import type { Deadlines } from "../core/deadlines.ts";
import type { Events } from "../core/events.ts";
import type { Random } from "../core/random.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { AgentDefinition, AgentOptions, Handlers } from "./define.ts";
import type { AgentEvents } from "./agent-events.ts";
import type { AgentRef } from "./ref.ts";
import type { AgentRegistry } from "./registry.ts";
import type { AgentVariables } from "./variable-access.ts";

export interface AgentServices {
  readonly node: string;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly random: Random;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly events: Events<AgentEvents>;
  readonly agents: AgentRegistry;
  readonly variables: AgentVariables;
  register<S, H extends Handlers<S>>(
    id: string,
    definition: AgentDefinition<S, H>,
    options?: AgentOptions,
  ): Promise<AgentRef<H>>;
}
