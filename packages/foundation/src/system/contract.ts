/** What a system of agents promises to its users; `mabeam.ts` puts one together. */
import type { AgentEvents } from "../agents/agent-events.ts";
import type { AgentDefinition, AgentOptions, Handlers } from "../agents/define.ts";
import type { AgentRef } from "../agents/ref.ts";
import type { AgentRegistry } from "../agents/registry.ts";
import type { VariableChange } from "../agents/variable-access.ts";
import type { ProtocolEvents, Protocols } from "../coordination/protocols.ts";
import type { Clock } from "../core/clock.ts";
import type { Events } from "../core/events.ts";
import type { Journal } from "../journal/journal.ts";
import { checkId, checkInteger, checkMethods, checkOptions, checkStrings } from "../core/validate.ts";
import type { CoordinationOptions, CoordinationReport } from "../orchestration/coordinator.ts";
import type { Scheduling } from "../agents/scheduler.ts";
import type { ResourceEvents, ResourcePool, DimensionUtilization } from "../resources/resource-pool.ts";
import type { Supervision } from "../supervision/tree.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Tracer } from "../telemetry/telemetry.ts";
import type { Variables } from "../variables/store.ts";
import type { CoordinationContext, OrchestrationVariable } from "../variables/variable.ts";

/** What `createMabeam` takes. */
export interface MabeamOptions {
  /** Default: host name and a random suffix. */
  node?: string;
  /** Where variables and sessions are kept. A string is the folder of a file journal. Default: in memory. */
  journal?: Journal | string;
  /** A pino logger, or anything of its shape. Default: silent. */
  logger?: Logger;
  /** Default: the global provider of `@opentelemetry/api`. */
  telemetry?: { tracer?: Tracer };
  /** Default: the machine's clock. */
  clock?: Clock;
  /** Of `ctx.random`. Default: drawn anew. */
  seed?: number;
  /**
   * Signals on which the system closes, before the process ends as by that signal: `["SIGTERM", "SIGINT"]`. A second
   * signal ends it at once. Default: none.
   */
  closeOn?: readonly NodeJS.Signals[];
  /** For tests: whose turn it is, see `seededScheduling`. Default: in turn, some messages each. */
  scheduling?: Scheduling;
}

/** All events by name; each payload carries `at`. */
export type MabeamEvents = AgentEvents &
  ProtocolEvents &
  ResourceEvents & {
    /** A supervisor without a parent gave up: its children are stopped until somebody restarts it. */
    "supervisor:failed": { at: number; supervisor: string; error: unknown };
    "variable:added": { at: number; variable: string };
    "variable:changed": VariableChange;
    "variable:removed": { at: number; variable: string };
    "coordination:started": { at: number; coordination: string };
    "coordination:completed": CoordinationReport;
  };

/** A summary for a health check. */
export interface SystemStatus {
  /** No agent, and no supervisor without a parent, has failed. */
  healthy: boolean;
  node: string;
  agents: { total: number; running: number; failed: number };
  variables: number;
  /** By dimension. */
  resources: Record<string, DimensionUtilization>;
  /** `successRate`: variables coordinated without error, of all, 0 to 1; 1 before the first run. */
  coordination: { runs: number; successRate: number; meanMs: number };
  uptimeMs: number;
}

/** One system of agents. Several may live in one process. */
export interface Mabeam extends AsyncDisposable {
  readonly node: string;
  readonly agents: AgentRegistry;
  readonly supervisor: Supervision;
  readonly variables: Variables;
  readonly resources: ResourcePool;
  readonly protocols: Protocols;
  readonly events: Events<MabeamEvents>;
  readonly journal: Journal;
  readonly clock: Clock;
  /**
   * Registers an agent and, unless told otherwise, starts it.
   * @throws MabeamError `INVALID_INPUT`; `AGENT_ALREADY_REGISTERED`; `HANDLER_FAILED` when `onStart` keeps throwing:
   * the agent then stays registered as `failed`
   */
  registerAgent<State, H extends Handlers<State>>(
    id: string,
    definition: AgentDefinition<State, H>,
    options?: AgentOptions,
  ): Promise<AgentRef<H>>;
  /**
   * Replaces an agent's code, and that of its replicas, while it runs: messages under way finish under the old
   * definition, those that wait are handled under the new one. The state goes through `definition.migrate` when the
   * versions differ; an agent that is not running starts with the new code next time.
   * @throws MabeamError `HANDLER_FAILED` with what `migrate` threw: the old version goes on; `INVALID_INPUT` for a
   * definition of another name; `AGENT_NOT_FOUND`; `AGENT_NOT_RUNNING` when it stops or crashes meanwhile
   */
  upgradeAgent<State, H extends Handlers<State>>(id: string, definition: AgentDefinition<State, H>): Promise<void>;
  /** See {@link Variables.add}. */
  addOrchestrationVariable(variable: OrchestrationVariable): Promise<void>;
  /** Turns the variables' values into directives and delivers them. Never rejects for one variable's failure. */
  coordinateSystem(context?: CoordinationContext, options?: CoordinationOptions): Promise<CoordinationReport>;
  systemStatus(): SystemStatus;
  /** Stops the agents in reverse order of start, each within its shutdown time. Idempotent. */
  close(): Promise<void>;
}

/** @throws MabeamError `INVALID_INPUT` unless a system can be made with these */
export function checkMabeamOptions(options: MabeamOptions): void {
  checkOptions(
    options,
    ["node", "journal", "logger", "telemetry", "clock", "seed", "closeOn", "scheduling"],
    "createMabeam",
  );
  const { node, journal, logger, telemetry, clock, seed, closeOn, scheduling } = options;
  if (node !== undefined) checkId(node, "node");
  if (seed !== undefined) checkInteger(seed, "seed");
  if (typeof journal === "string") checkId(journal, "journal, a folder,");
  else if (journal !== undefined) checkMethods(journal, "journal", ["append", "read", "follow", "close"]);
  if (logger !== undefined) checkMethods(logger, "logger", ["debug", "info", "warn", "error", "child"]);
  if (clock !== undefined) checkMethods(clock, "clock", ["now", "monotonic", "after"]);
  if (closeOn !== undefined) checkStrings(closeOn, "closeOn");
  if (scheduling !== undefined) checkMethods(scheduling, "scheduling", ["next"]);
  if (telemetry === undefined) return;
  checkOptions(telemetry, ["tracer"], "telemetry");
  if (telemetry.tracer !== undefined) checkMethods(telemetry.tracer, "telemetry.tracer", ["startSpan"]);
}
