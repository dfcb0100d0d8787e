/**
 * An agent as it lives: what it is doing, which messages it takes in, and how its lives begin and end. Messages are
 * handled in `loop.ts`; what follows a crash is decided by the supervisor: the actor only reports it.
 */
import { MabeamError } from "../core/errors.ts";
import type { AgentDefinition, StopReason } from "./define.ts";
import type { Directive, DirectiveOutcome } from "./directive.ts";
import { agentNotRunning, askTimeout, handlerFailed, mailboxFull, unknownHandler } from "./failures.ts";
import { Incarnation, IncarnationContext } from "./incarnation.ts";
import type { AgentInfo, AgentStatus } from "./info.ts";
import { MessageLoop } from "./loop.ts";
import { Message, type MessageBody, type Waiter } from "./message.ts";
import type { ResolvedAgentOptions } from "./options.ts";
import type { AgentServices } from "./services.ts";
import type { VariableChange } from "./variable-access.ts";

/** What an actor is doing. Only some phases have a life, and only a crash leaves an error behind. */
export type Phase =
  | { readonly status: "registered" | "stopped" }
  | { readonly status: "starting"; readonly life: Incarnation }
  | { readonly status: "running"; readonly life: Incarnation }
  | { readonly status: "stopping"; readonly done: Promise<boolean> }
  /** Between a crash, or a failed start, and what the supervisor makes of it. */
  | { readonly status: "down"; readonly error: unknown }
  | { readonly status: "failed"; readonly error: unknown };

/** Told by the actor; the supervisor and the registry listen. */
export interface ActorObserver {
  crashed(actor: Actor, error: unknown): void;
  changed(actor: Actor): void;
}

export class Actor {
  readonly id: string;
  readonly definition: AgentDefinition;
  readonly options: ResolvedAgentOptions;
  role: string;
  restarts = 0;
  readonly #services: AgentServices;
  readonly #observer: ActorObserver;
  readonly #loop: MessageLoop;
  #phase: Phase = { status: "registered" };
  #epoch = 0;
  #startedAt: number | undefined;
  constructor(
    id: string,
    definition: AgentDefinition,
    options: ResolvedAgentOptions,
    services: AgentServices,
    observer: ActorObserver,
  ) {
    this.id = id;
    this.definition = definition;
    this.options = options;
    this.role = options.role;
    this.#services = services;
    this.#observer = observer;
    this.#loop = new MessageLoop(id, definition, options, services, (life, error) => this.#crash(life, error));
  }

  get phase(): Phase {
    return this.#phase;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** The phase in the words of {@link AgentStatus}: an agent that is down for a moment is about to start. */
  get status(): AgentStatus {
    return this.#phase.status === "down" ? "starting" : this.#phase.status;
  }

  info(): AgentInfo {
    return {
      id: this.id,
      name: this.definition.name,
      version: this.definition.version ?? 1,
      role: this.role,
      capabilities: this.definition.capabilities ?? [],
      tags: this.options.tags,
      status: this.status,
      node: this.#services.node,
      restarts: this.restarts,
      startedAt: this.#startedAt,
      mailboxDepth: this.#loop.depth,
      metrics: this.#loop.metrics(),
    };
  }

  // ── Messages in ────────────────────────────────────────────────────────────────────────────────────────────────

  ask(
    handler: string,
    payload: unknown,
    options: { timeoutMs: number; signal?: AbortSignal | undefined },
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (!this.#accepts) return reject(agentNotRunning(this.id, this.status));
      if (!Object.hasOwn(this.definition.handlers, handler)) return reject(unknownHandler(this, handler));
      const message = this.#message({ kind: "handler", handler, payload }, { resolve, reject });
      message.deadline = this.#services.deadlines.set(options.timeoutMs, () =>
        message.abandon(askTimeout(this.id, handler, options.timeoutMs)),
      );
      if (options.signal !== undefined) message.abortWith(options.signal);
      this.#post(message);
    });
  }

  tell(handler: string, payload: unknown): void {
    if (!this.#accepts) return this.#reportDropped(handler, "agent_not_running");
    if (!Object.hasOwn(this.definition.handlers, handler)) return this.#reportDropped(handler, "unknown_handler");
    this.#post(this.#message({ kind: "handler", handler, payload }, undefined));
  }

  /** Shows the agent a directive, in its turn. */
  direct(directive: Directive): Promise<DirectiveOutcome> {
    if (!this.#accepts) return Promise.resolve("agent_unavailable");
    if (this.definition.onDirective === undefined) return Promise.resolve("delivered");
    return new Promise((resolve) => {
      const waiter: Waiter = {
        resolve: (reply) => resolve(reply === false ? "refused" : "delivered"),
        reject: (error) => resolve(outcomeOf(error)),
      };
      const message = this.#message({ kind: "directive", directive }, waiter);
      message.deadline = this.#services.deadlines.set(directive.timeoutMs, () =>
        message.abandon(askTimeout(this.id, "onDirective", directive.timeoutMs)),
      );
      this.#loop.postSystem(message);
    });
  }

  /** Shows the agent a variable's change, in its turn, if it wants to see changes. */
  notify(change: VariableChange): void {
    if (this.definition.onVariable === undefined || !this.#accepts) return;
    this.#post(this.#message({ kind: "variable", change }, undefined));
  }

  /** An agent that is starting, or down for a moment, keeps messages for its next life. */
  get #accepts(): boolean {
    const { status } = this.#phase;
    return status === "running" || status === "starting" || status === "down";
  }

  #message(body: MessageBody, waiter: Waiter | undefined): Message {
    return new Message(body, waiter, this.#services.telemetry.active());
  }

  #post(message: Message): void {
    const dropped = this.#loop.post(message);
    if (dropped === undefined) return;
    dropped.fail(mailboxFull(this.id, this.options.mailbox.capacity));
    this.#reportDropped(dropped.name, "mailbox_full");
  }

  #reportDropped(handler: string, reason: "mailbox_full" | "agent_not_running" | "unknown_handler"): void {
    this.#services.events.emit("agent:message_dropped", {
      at: this.#services.clock.now(),
      agent: this.id,
      handler,
      reason,
    });
  }

  // ── Lives ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Begins a new life: state, `onStart`, then messages. A start that takes longer than `askTimeoutMs` has failed.
   * @throws what the definition threw; the actor is then `down`
   */
  async begin(): Promise<void> {
    const life = new Incarnation(this.id, ++this.#epoch, this.#services);
    this.#enter({ status: "starting", life });
    try {
      await this.#within(this.options.askTimeoutMs, "onStart", async () => {
        life.state = await this.definition.state?.(this.options.args);
        if (life.alive) await this.definition.onStart?.(new IncarnationContext(life, undefined));
      });
    } catch (error) {
      life.end(error);
      if (this.#isLife(life)) this.#enter({ status: "down", error });
      throw error;
    }
    if (!this.#isLife(life)) throw agentNotRunning(this.id, this.status);
    this.#startedAt = this.#services.clock.now();
    this.#enter({ status: "running", life });
    this.#services.events.emit("agent:started", { at: this.#startedAt, agent: this.id, epoch: life.epoch });
    this.#loop.runFor(life);
  }

  /** Ends the present life in good order. `false` if there was nothing to end. */
  end(reason: StopReason): Promise<boolean> {
    const phase = this.#phase;
    switch (phase.status) {
      case "registered":
      case "stopped":
        return Promise.resolve(false);
      case "stopping":
        return phase.done;
      case "down":
      case "failed":
        this.#ended(reason);
        return Promise.resolve(true);
      case "starting":
        phase.life.end(agentNotRunning(this.id, "stopping"));
        this.#ended(reason);
        return Promise.resolve(true);
      case "running": {
        const done = this.#endLife(phase.life, reason);
        // `#endLife` runs on at the next tick: whoever stops the agent meanwhile waits for the same end.
        this.#enter({ status: "stopping", done });
        return done;
      }
    }
  }

  /** Gives the agent up: it stays registered, and waiting messages are answered. */
  fail(error: unknown): void {
    this.#enter({ status: "failed", error });
    this.#dismissWaiting();
    this.#services.events.emit("agent:failed", { at: this.#services.clock.now(), agent: this.id, error });
  }

  async #endLife(life: Incarnation, reason: StopReason): Promise<boolean> {
    await Promise.resolve();
    this.#dismissWaiting();
    await this.#loop.untilIdle(this.options.shutdownTimeoutMs);
    this.#loop.abandonUnderWay(() => agentNotRunning(this.id, "stopping"));
    await this.#runOnStop(life, reason);
    life.end(agentNotRunning(this.id, "stopped"));
    this.#ended(reason);
    return true;
  }

  #crash(life: Incarnation, error: unknown): void {
    if (!this.#isLife(life)) return;
    this.#enter({ status: "down", error });
    life.end(error);
    this.#loop.abandonUnderWay((message) => handlerFailed(this.id, message.name, error));
    life.log.error({ err: error }, "agent crashed");
    if (this.definition.onStop === undefined) this.#observer.crashed(this, error);
    else void this.#runOnStop(life, "crash").then(() => this.#observer.crashed(this, error));
  }

  #ended(reason: StopReason): void {
    this.#enter({ status: "stopped" });
    this.#dismissWaiting();
    this.#services.events.emit("agent:stopped", { at: this.#services.clock.now(), agent: this.id, reason });
  }

  #dismissWaiting(): void {
    for (const message of this.#loop.drain()) {
      message.fail(agentNotRunning(this.id, this.status));
      this.#reportDropped(message.name, "agent_not_running");
    }
  }

  async #runOnStop(life: Incarnation, reason: StopReason): Promise<void> {
    try {
      await this.#within(this.options.shutdownTimeoutMs, "onStop", async () =>
        this.definition.onStop?.(new IncarnationContext(life, undefined), reason),
      );
    } catch (error) {
      life.log.warn({ err: error }, "onStop failed");
    }
  }

  #within<T>(timeoutMs: number, what: string, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const deadline = this.#services.deadlines.set(timeoutMs, () => reject(askTimeout(this.id, what, timeoutMs)));
      work()
        .then(resolve, reject)
        .finally(() => deadline.clear());
    });
  }

  #isLife(life: Incarnation): boolean {
    return "life" in this.#phase && this.#phase.life === life;
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    if (phase.status !== "running") this.#loop.pause();
    this.#observer.changed(this);
  }
}

/** What a directive that got no answer came to: the agent refused it, was too slow, or went away. */
function outcomeOf(error: unknown): DirectiveOutcome {
  if (!(error instanceof MabeamError)) return "refused";
  if (error.code === "ASK_TIMEOUT") return "timed_out";
  return error.code === "AGENT_NOT_RUNNING" || error.code === "HANDLER_FAILED" ? "agent_unavailable" : "refused";
}
