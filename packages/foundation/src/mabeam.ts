/** The composition root: the only file that names concrete parts and joins them. */
import { hostname } from "node:os";
import { Actor } from "./agents/actor.ts";
import type { AgentEvents } from "./agents/agent-events.ts";
import { checkDefinition, type AgentDefinition, type AgentOptions, type Handlers } from "./agents/define.ts";
import { agentNotFound, closed } from "./agents/failures.ts";
import { resolveOptions } from "./agents/options.ts";
import type { AgentRef, AskOptions } from "./agents/ref.ts";
import { Registry } from "./agents/registry.ts";
import type { AgentServices } from "./agents/services.ts";
import type { createProtocols, Protocols } from "./coordination/protocols.ts";
import { systemClock, type Clock } from "./core/clock.ts";
import { Deadlines } from "./core/deadlines.ts";
import { MabeamError } from "./core/errors.ts";
import { Events } from "./core/events.ts";
import { seededRandom } from "./core/random.ts";
import { checkId } from "./core/validate.ts";
import { fileJournal } from "./journal/file-journal.ts";
import type { Journal } from "./journal/journal.ts";
import { memoryJournal } from "./journal/memory.ts";
import { Coordinator, type CoordinationOptions, type CoordinationReport } from "./orchestration/coordinator.ts";
import { deliverDirective } from "./orchestration/directives.ts";
import { Supervisor } from "./supervision/supervisor.ts";
import { silentLogger } from "./telemetry/log.ts";
import { checkMabeamOptions, type Mabeam, type MabeamEvents, type MabeamOptions, type SystemStatus } from "./system.ts";
import { createTelemetry } from "./telemetry/telemetry.ts";
import { VariableStore } from "./variables/store.ts";
import type { VariableChange } from "./agents/variable-access.ts";
import type { CoordinationContext, OrchestrationVariable } from "./variables/variable.ts";

/**
 * Starts a system.
 *
 * @throws MabeamError `JOURNAL_CORRUPT` when the journal cannot be read
 * @example
 * await using mabeam = await createMabeam();
 * const counter = await mabeam.registerAgent("counter", definition);
 * await counter.ask("add", 2);
 */
export async function createMabeam(options: MabeamOptions = {}): Promise<Mabeam> {
  checkMabeamOptions(options);
  // Here, and not with the package: whoever imports it for a type, an error or a journal does not load the protocols.
  const protocols = await import("./coordination/protocols.ts");
  const system = new System(options, protocols.createProtocols);
  await system.recover();
  return system;
}

class System implements Mabeam {
  readonly node: string;
  readonly clock: Clock;
  readonly events: Events<MabeamEvents>;
  readonly journal: Journal;
  readonly agents: Registry;
  readonly variables: VariableStore;
  readonly protocols: Protocols;
  readonly #services: AgentServices;
  readonly #supervisor: Supervisor;
  readonly #coordinator: Coordinator;
  readonly #startedAt: number;
  readonly #ownsJournal: boolean;
  readonly #coordination = { runs: 0, variables: 0, ok: 0, totalMs: 0 };
  /** In order of start, for closing in reverse. */
  readonly #started = new Set<Actor>();
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(options: MabeamOptions, startProtocols: typeof createProtocols) {
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
    this.agents = new Registry(this.#refHost(), (actor) => this.#remove(actor));
    this.variables = new VariableStore(this.#variableHost());
    this.#services = {
      node: this.node,
      clock: this.clock,
      deadlines: new Deadlines(this.clock),
      random: random.split("agents"),
      logger,
      telemetry: createTelemetry(options.telemetry?.tracer),
      events: this.events as unknown as Events<AgentEvents>,
      agents: this.agents,
      variables: this.variables,
      register: (id, definition, agentOptions) => this.registerAgent(id, definition, agentOptions),
    };
    this.#supervisor = new Supervisor(this.#services);
    this.#coordinator = new Coordinator(this.#coordinationHost());
    this.protocols = startProtocols({
      ask: (agent, handler, payload, askOptions) => this.agents.ref(agent).ask(handler, payload, askOptions),
      has: (agent) => this.agents.has(agent),
      find: (query) => this.agents.find(query).map((info) => info.id),
      setVariable: (id, value, setOptions) => this.variables.set(id, value, setOptions),
      journal: this.journal,
      clock: this.clock,
      emit: (event, payload) => void this.events.emit(event, payload),
    });
  }

  recover(): Promise<void> {
    return this.variables.recover();
  }

  async registerAgent<State, H extends Handlers<State>>(
    id: string,
    definition: AgentDefinition<State, H>,
    options: AgentOptions = {},
  ): Promise<AgentRef<H>> {
    this.#checkOpen();
    checkId(id, "An agent id");
    checkDefinition(definition as AgentDefinition);
    const resolved = resolveOptions(options);
    if (this.agents.has(id)) {
      const message = `There is already an agent "${id}"; unregister it first, or choose another id.`;
      throw new MabeamError("AGENT_ALREADY_REGISTERED", message, { details: { agent: id } });
    }
    const actor = new Actor(id, definition as AgentDefinition, resolved, this.#services, {
      crashed: (crashedActor) => this.#supervisor.crashed(crashedActor),
      changed: (changedActor) => this.agents.changed(changedActor),
    });
    this.agents.add(actor);
    this.events.emit("agent:registered", { at: this.clock.now(), agent: id });
    if (resolved.autoStart) await this.#start(actor);
    return this.agents.ref(id) as AgentRef<H>;
  }

  addOrchestrationVariable(variable: OrchestrationVariable): Promise<void> {
    return this.#isClosed ? Promise.reject(closed("This system")) : this.variables.add(variable);
  }

  async coordinateSystem(context?: CoordinationContext, options?: CoordinationOptions): Promise<CoordinationReport> {
    this.#checkOpen();
    return this.#coordinator.coordinate(context, options);
  }

  systemStatus(): SystemStatus {
    const { runs, variables, ok, totalMs } = this.#coordination;
    const failed = this.agents.count({ status: "failed" });
    return {
      healthy: failed === 0,
      node: this.node,
      agents: { total: this.agents.count(), running: this.agents.count({ status: "running" }), failed },
      variables: this.variables.list().length,
      coordination: {
        runs,
        successRate: variables === 0 ? 1 : ok / variables,
        meanMs: runs === 0 ? 0 : totalMs / runs,
      },
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
    // Who decides goes before those who act: nothing may start an agent that has been stopped.
    this.#coordinator.close();
    await this.protocols.close();
    const actors = new Set([...[...this.#started].toReversed(), ...this.agents.actors()]);
    for (const actor of actors) await this.#supervisor.finish(actor, "close", closed("This system"));
    this.variables.close();
    this.agents.close();
    if (this.#ownsJournal) await this.journal.close();
  }

  #checkOpen(): void {
    if (this.#isClosed) throw closed("This system");
  }

  async #start(actor: Actor): Promise<void> {
    if (actor.status !== "running") this.#isLastStarted(actor);
    await this.#supervisor.start(actor);
  }

  #isLastStarted(actor: Actor): void {
    this.#started.delete(actor);
    this.#started.add(actor);
  }

  async #remove(actor: Actor): Promise<void> {
    this.#checkOpen();
    await this.#supervisor.finish(actor, "stop", agentNotFound(actor.id));
    this.#started.delete(actor);
    this.events.emit("agent:unregistered", { at: this.clock.now(), agent: actor.id });
  }

  #actor(id: string): Actor {
    this.#checkOpen();
    const actor = this.agents.actor(id);
    if (actor === undefined) throw agentNotFound(id);
    return actor;
  }

  #refHost() {
    return {
      ask: (id: string, handler: string, payload: unknown, options: AskOptions): Promise<unknown> => {
        const actor = this.agents.actor(id);
        if (this.#isClosed) return Promise.reject(closed("This system"));
        if (actor === undefined) return Promise.reject(agentNotFound(id));
        return actor.ask(handler, payload, {
          timeoutMs: options.timeoutMs ?? actor.options.askTimeoutMs,
          signal: options.signal,
          dedupeId: options.dedupeId,
          dedupeTtlMs: options.dedupeTtlMs ?? 60_000,
        });
      },
      tell: (id: string, handler: string, payload: unknown): void => {
        const actor = this.agents.actor(id);
        if (actor !== undefined) actor.tell(handler, payload);
        else
          this.events.emit("agent:message_dropped", {
            at: this.clock.now(),
            agent: id,
            handler,
            reason: "agent_not_found",
          });
      },
      get: (id: string) => this.agents.get(id),
      start: async (id: string): Promise<void> => this.#start(this.#actor(id)),
      stop: async (id: string): Promise<boolean> => this.#supervisor.stop(this.#actor(id)),
      restart: async (id: string): Promise<void> => {
        const actor = this.#actor(id);
        this.#isLastStarted(actor);
        await this.#supervisor.restart(actor);
      },
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
    return {
      clock: this.clock,
      deadlines: this.#services.deadlines,
      variables: () => this.variables.list(),
      agent: (id: string) => this.agents.get(id),
      setValue: ({ id, version }: OrchestrationVariable, value: any) =>
        this.variables.set(id, value, { expectedVersion: version, by: "coordination", reason: "Selected anew." }),
      deliver: (directive: Parameters<typeof deliverDirective>[1]) =>
        deliverDirective(this.agents.actor(directive.agent), directive, {
          clock: this.clock,
          deadlines: this.#services.deadlines,
          start: (actor) => this.#start(actor),
          stop: (actor) => this.#supervisor.stop(actor),
          changeRole: (actor, role) => {
            actor.role = role;
            this.agents.changed(actor);
          },
        }),
      emit: (event: "coordination:started" | "coordination:completed", payload: any): void => {
        if (event === "coordination:completed") this.#count(payload as CoordinationReport);
        this.events.emit(event, payload);
      },
    };
  }

  #count(report: CoordinationReport): void {
    this.#coordination.runs++;
    this.#coordination.variables += report.variables.length;
    this.#coordination.ok += report.variables.filter((variable) => variable.ok).length;
    this.#coordination.totalMs += report.durationMs;
  }
}
