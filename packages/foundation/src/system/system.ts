/** The composition root: the only file that names concrete parts and joins them. */
import { hostname } from "node:os";
import type { Actor } from "../agents/actor.ts";
import type { AgentEvents } from "../agents/agent-events.ts";
import type { AgentDefinition, AgentOptions, Handlers } from "../agents/define.ts";
import { agentNotFound, closed } from "../agents/failures.ts";
import type { AgentStatus } from "../agents/info.ts";
import type { AgentRef, RefHost } from "../agents/ref.ts";
import { Registry } from "../agents/registry.ts";
import { Scheduler } from "../agents/scheduler.ts";
import type { AgentServices } from "../agents/services.ts";
import { Snapshots } from "../agents/snapshots.ts";
import type { VariableChange } from "../agents/variable-access.ts";
import { createProtocols, type Protocols } from "../coordination/protocols.ts";
import { systemClock, type Clock } from "../core/clock.ts";
import { Deadlines } from "../core/deadlines.ts";
import { Events } from "../core/events.ts";
import { seededRandom } from "../core/random.ts";
import { checkId } from "../core/validate.ts";
import { fileJournal } from "../journal/file-journal.ts";
import type { Journal } from "../journal/journal.ts";
import { memoryJournal } from "../journal/memory.ts";
import { Coordinator, type CoordinationOptions, type CoordinationReport } from "../orchestration/coordinator.ts";
import { deliverDirective } from "../orchestration/directives.ts";
import { Pool } from "../resources/pool.ts";
import { SupervisorTree, type SupervisionHost } from "../supervision/tree.ts";
import type { Mabeam, MabeamEvents, MabeamOptions, SystemStatus } from "./contract.ts";
import { silentLogger } from "../telemetry/log.ts";
import { createTelemetry } from "../telemetry/telemetry.ts";
import { VariableStore } from "../variables/store.ts";
import type { CoordinationContext, OrchestrationVariable } from "../variables/variable.ts";
import { CoordinationTally } from "./coordination-tally.ts";
import { Roster } from "./roster.ts";
import { closeOnSignals } from "./signals.ts";

export async function startSystem(options: MabeamOptions): Promise<Mabeam> {
  const system = new System(options);
  await system.recover();
  return system;
}

class System implements Mabeam {
  readonly node: string;
  readonly clock: Clock;
  readonly events: Events<MabeamEvents>;
  readonly journal: Journal;
  readonly agents: Registry<Actor>;
  readonly supervisor: SupervisorTree;
  readonly variables: VariableStore;
  readonly protocols: Protocols;
  readonly resources: Pool;
  readonly #services: AgentServices;
  readonly #roster: Roster;
  readonly #coordinator: Coordinator;
  readonly #coordination = new CoordinationTally();
  readonly #startedAt: number;
  readonly #ownsJournal: boolean;
  readonly #ignoreSignals: () => void;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(options: MabeamOptions) {
    const logger = options.logger ?? silentLogger;
    const seed = options.seed ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    const random = seededRandom(seed);
    this.node = options.node ?? `${hostname()}-${random.split("node").integer(1e9).toString(36)}`;
    checkId(this.node, "node");
    this.clock = options.clock ?? systemClock;
    this.#startedAt = this.clock.monotonic();
    this.journal =
      typeof options.journal === "string" ? fileJournal(options.journal) : (options.journal ?? memoryJournal());
    this.#ownsJournal = typeof options.journal !== "object";
    this.events = new Events((error, event) => logger.error({ err: error, event }, "an event listener threw"));
    this.agents = new Registry(this.#refHost(), (actor) => this.#roster.remove(actor));
    this.resources = new Pool({ clock: this.clock, emit: (event, payload) => void this.events.emit(event, payload) });
    this.variables = new VariableStore(this.#variableHost());
    const telemetry = createTelemetry(options.telemetry?.tracer);
    const deadlines = new Deadlines(this.clock);
    this.#services = {
      node: this.node,
      clock: this.clock,
      deadlines,
      scheduler: new Scheduler(this.clock, deadlines, () => telemetry.refresh(), options.scheduling),
      random: random.split("agents"),
      logger,
      telemetry,
      events: this.events as unknown as Events<AgentEvents>,
      agents: this.agents,
      variables: this.variables,
      snapshots: new Snapshots(this.journal),
      resourcesOf: (agent) => ({
        request: (amounts, requestOptions) => this.resources.request(agent, amounts, requestOptions),
        utilization: () => this.resources.utilization(),
      }),
      admit: (actor) => this.#admit(actor),
      guardianOf: (actor) => this.#roster.guardianOf(actor),
      statusChanged: (actor, from) => this.#statusChanged(actor, from),
      replaced: (actor, from) => {
        actor.changed();
        this.agents.replaced(actor, from.capabilities);
      },
      register: (id, definition, agentOptions) => this.registerAgent(id, definition, agentOptions),
    };
    const supervisorHost = this.#supervisorHost();
    this.supervisor = new SupervisorTree(supervisorHost);
    this.#roster = new Roster({
      services: this.#services,
      registry: this.agents,
      supervisors: this.supervisor,
      supervisorHost,
    });
    this.#coordinator = new Coordinator(this.#coordinationHost());
    this.protocols = createProtocols({
      ask: (agent, handler, payload, askOptions) => this.agents.ref(agent).ask(handler, payload, askOptions),
      has: (agent) => this.agents.has(agent),
      find: (query) => this.agents.find(query).map((info) => info.id),
      setVariable: (id, value, setOptions) => this.variables.set(id, value, setOptions),
      journal: this.journal,
      clock: this.clock,
      emit: (event, payload) => void this.events.emit(event, payload),
    });
    this.#ignoreSignals = closeOnSignals(options.closeOn ?? [], () => this.close(), logger);
  }

  async recover(): Promise<void> {
    try {
      await Promise.all([this.variables.recover(), this.#services.snapshots.recover()]);
    } catch (error) {
      this.#ignoreSignals();
      throw error;
    }
  }

  async registerAgent<State, H extends Handlers<State>>(
    id: string,
    definition: AgentDefinition<State, H>,
    options?: AgentOptions,
  ): Promise<AgentRef<H>> {
    this.#checkOpen();
    await this.#roster.register(id, definition, options);
    return this.agents.ref(id) as AgentRef<H>;
  }

  async upgradeAgent<State, H extends Handlers<State>>(
    id: string,
    definition: AgentDefinition<State, H>,
  ): Promise<void> {
    await this.#roster.upgrade(this.#actor(id), definition);
  }

  addOrchestrationVariable(variable: OrchestrationVariable): Promise<void> {
    return this.#isClosed ? Promise.reject(closed("This system")) : this.variables.add(variable);
  }

  async coordinateSystem(context?: CoordinationContext, options?: CoordinationOptions): Promise<CoordinationReport> {
    this.#checkOpen();
    return this.#coordinator.coordinate(context, options);
  }

  systemStatus(): SystemStatus {
    this.#checkOpen();
    const failed = this.agents.count({ status: "failed" });
    return {
      healthy: failed === 0 && this.supervisor.isHealthy,
      node: this.node,
      agents: { total: this.agents.count(), running: this.agents.count({ status: "running" }), failed },
      variables: this.variables.list().length,
      resources: this.resources.utilization(),
      coordination: this.#coordination.summary(),
      uptimeMs: this.clock.monotonic() - this.#startedAt,
    };
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#ignoreSignals();
    // Who decides goes before those who act: nothing may start an agent that has been stopped.
    this.#coordinator.close();
    await this.protocols.close();
    const actors = this.agents.actors().toSorted((a, b) => b.startOrder - a.startOrder);
    for (const actor of actors) await this.#roster.finish(actor, "close", closed("This system"));
    await this.supervisor.close();
    this.resources.close();
    this.variables.close();
    this.agents.close();
    await this.#services.snapshots.close();
    if (this.#ownsJournal) await this.journal.close();
  }

  #checkOpen(): void {
    if (this.#isClosed) throw closed("This system");
  }

  #actor(id: string): Actor {
    this.#checkOpen();
    const actor = this.agents.actor(id);
    if (actor === undefined) throw agentNotFound(id);
    return actor;
  }

  /** What an agent holds while it is up, as far as the pool knows of it. */
  #admit(actor: Actor): Promise<void> | undefined {
    const pooled = this.resources.utilization();
    const held = Object.entries(actor.options.resources).filter(
      ([dimension, amount]) => amount > 0 && Object.hasOwn(pooled, dimension),
    );
    if (held.length === 0) return undefined;
    return this.resources.request(actor.id, Object.fromEntries(held)).then(() => {});
  }

  #statusChanged(actor: Actor, from: AgentStatus): void {
    actor.changed();
    this.agents.statusChanged(actor, from);
    // A lease ends with the life that it was made in.
    const isUp = actor.status === "running" || actor.status === "stopping";
    if (!isUp && from !== "registered") this.resources.releaseAll(actor.id);
  }

  #supervisorHost(): SupervisionHost {
    const agentNode = ({ id, status, restart, lives }: Actor) => {
      return { id, type: "agent" as const, status, restart, restarts: lives.restarts };
    };
    return {
      clock: this.clock,
      agentNode: (child) => agentNode(child as Actor),
      loneAgents: () =>
        this.agents
          .actors()
          .filter(({ options }) => options.supervisor === undefined)
          .map(agentNode),
      unregister: (child) => this.agents.unregister(child.id),
      onGivenUp: ({ spec, error }) =>
        void this.events.emit("supervisor:failed", { at: this.clock.now(), supervisor: spec.id, error }),
    };
  }

  #refHost(): RefHost {
    return {
      recipient: (id) => (this.#isClosed ? undefined : this.agents.actor(id)),
      refusal: (id) => (this.#isClosed ? closed("This system") : agentNotFound(id)),
      lost: (agent, handler) =>
        void this.events.emit("agent:message_dropped", {
          at: this.clock.now(),
          agent,
          handler,
          reason: "agent_not_found",
        }),
      get: (id) => this.agents.get(id),
      start: async (id) => this.#roster.start(this.#actor(id)),
      stop: async (id) => this.#roster.stop(this.#actor(id)),
      restart: async (id) => this.#roster.restart(this.#actor(id)),
    };
  }

  #variableHost() {
    return {
      journal: this.journal,
      clock: this.clock,
      deliver: (variable: OrchestrationVariable, change: VariableChange): void => {
        for (const agent of variable.agents) this.agents.actor(agent)?.notify(change);
      },
      emit: (event: "variable:added" | "variable:changed" | "variable:removed", payload: any): void =>
        void this.events.emit(event, payload),
    };
  }

  #coordinationHost() {
    const { deadlines } = this.#services;
    const effects = {
      clock: this.clock,
      deadlines,
      start: async (actor: Actor) => this.#roster.start(actor),
      stop: async (actor: Actor) => this.#roster.stop(actor),
      scale: (actor: Actor, by: number) => this.#roster.scale(actor, by),
      changeRole: (actor: Actor, role: string) => {
        const from = actor.role;
        actor.role = role;
        actor.changed();
        this.agents.roleChanged(actor, from);
      },
    };
    return {
      clock: this.clock,
      deadlines,
      variables: () => this.variables.list(),
      agent: (id: string) => this.agents.get(id),
      setValue: ({ id, version }: OrchestrationVariable, value: any) =>
        this.variables.set(id, value, { expectedVersion: version, by: "coordination", reason: "Selected anew." }),
      deliver: (directive: Parameters<typeof deliverDirective>[1]) =>
        deliverDirective(this.agents.actor(directive.agent), directive, effects),
      emit: (event: "coordination:started" | "coordination:completed", payload: any): void => {
        if (event === "coordination:completed") this.#coordination.count(payload as CoordinationReport);
        this.events.emit(event, payload);
      },
    };
  }
}
