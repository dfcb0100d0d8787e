/**
 * The one live loop of an agent: it takes messages from the mailbox, runs their handlers and settles them, and it is
 * the one place where a failure is caught. What follows a crash is decided elsewhere: the actor only reports it.
 */
import { yieldToLoop } from "../core/clock.ts";
import { isMabeamError, MabeamError } from "../core/errors.ts";
import { LatencyWindow } from "../telemetry/latency-window.ts";
import type { AgentDefinition, StopReason } from "./define.ts";
import type { Directive, DirectiveOutcome } from "./directive.ts";
import { agentNotRunning, askTimeout, handlerFailed, mailboxFull, unknownHandler } from "./failures.ts";
import { Incarnation, IncarnationContext } from "./incarnation.ts";
import type { AgentInfo, AgentStatus } from "./info.ts";
import { Mailbox } from "./mailbox.ts";
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

// After so many messages, in one go or in a chain of microtasks, timers and I/O are let in.
const drainBudget = 512;

export class Actor {
  readonly id: string;
  readonly definition: AgentDefinition;
  readonly options: ResolvedAgentOptions;
  role: string;
  restarts = 0;
  readonly #services: AgentServices;
  readonly #observer: ActorObserver;
  readonly #mailbox: Mailbox;
  readonly #underWay = new Set<Message>();
  readonly #window = new LatencyWindow();
  #phase: Phase = { status: "registered" };
  #epoch = 0;
  #startedAt: number | undefined;
  #pumpScheduled = false;
  /** Messages handled since timers and I/O were let in. */
  #sinceYield = 0;
  #onIdle: (() => void) | undefined;

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
    this.#mailbox = new Mailbox(options.mailbox.capacity, options.mailbox.overflow);
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
      mailboxDepth: this.#mailbox.depth,
      metrics: this.#window.metrics(this.#services.clock.monotonic()),
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
      this.#mailbox.offerSystem(message);
      this.#schedulePump();
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
    const message = new Message(body, waiter, this.#services.telemetry.active());
    message.onAbandoned = this.#onAbandoned;
    return message;
  }

  #post(message: Message): void {
    const dropped = this.#mailbox.offer(message);
    if (dropped !== undefined) {
      dropped.fail(mailboxFull(this.id, this.options.mailbox.capacity));
      this.#reportDropped(dropped.name, "mailbox_full");
    }
    this.#schedulePump();
  }

  #reportDropped(handler: string, reason: "mailbox_full" | "agent_not_running" | "unknown_handler"): void {
    this.#services.events.emit("agent:message_dropped", {
      at: this.#services.clock.now(),
      agent: this.id,
      handler,
      reason,
    });
  }

  /** A message given up leaves its turn if it has one, else its place in the mailbox. */
  readonly #onAbandoned = (message: Message): void => {
    if (this.#underWay.has(message)) this.#release(message);
    else this.#mailbox.forget();
  };

  // ── The loop ───────────────────────────────────────────────────────────────────────────────────────────────────

  #schedulePump(): void {
    if (this.#pumpScheduled) return;
    this.#pumpScheduled = true;
    if (this.#sinceYield < drainBudget) queueMicrotask(this.#pump);
    else {
      this.#sinceYield = 0;
      yieldToLoop(this.#pump);
    }
  }

  readonly #pump = (): void => {
    while (this.#phase.status === "running" && this.#underWay.size < this.options.concurrency) {
      if (this.#sinceYield >= drainBudget) break;
      const message = this.#mailbox.take();
      if (message === undefined) break;
      this.#sinceYield++;
      this.#handle(this.#phase.life, message);
    }
    this.#pumpScheduled = false;
    if (this.#sinceYield >= drainBudget) this.#schedulePump();
  };

  #handle(life: Incarnation, message: Message): void {
    this.#underWay.add(message);
    const startedAt = this.#services.clock.monotonic();
    try {
      const result = this.#invoke(life, message);
      if (isThenable(result)) {
        result.then(
          (reply) => this.#succeeded(message, startedAt, reply),
          (error: unknown) => this.#failed(life, message, startedAt, error),
        );
      } else this.#succeeded(message, startedAt, result);
    } catch (error) {
      this.#failed(life, message, startedAt, error);
    }
  }

  #invoke(life: Incarnation, message: Message): unknown {
    const ctx = new IncarnationContext(life, message);
    const { body } = message;
    const attributes = { "mabeam.agent.id": this.id, "mabeam.handler": message.name };
    return this.#services.telemetry.span("mabeam.handle", attributes, message.context, () => {
      switch (body.kind) {
        case "handler":
          return this.definition.handlers[body.handler]?.(ctx, body.payload);
        case "directive":
          return this.definition.onDirective?.(ctx, body.directive);
        case "variable":
          return this.definition.onVariable?.(ctx, body.change);
      }
    });
  }

  #succeeded(message: Message, startedAt: number, reply: unknown): void {
    // Given up, or of a life that has ended: late replies are ignored.
    if (!this.#underWay.has(message)) return;
    this.#record(startedAt, false);
    message.succeed(reply);
    this.#release(message);
  }

  #failed(life: Incarnation, message: Message, startedAt: number, error: unknown): void {
    if (!this.#underWay.has(message)) return;
    const refused = isMabeamError(error) || message.body.kind === "directive";
    this.#record(startedAt, !refused);
    message.fail(refused ? error : handlerFailed(this.id, message.name, error));
    this.#release(message);
    if (!refused) this.#crash(life, error);
  }

  #record(startedAt: number, failed: boolean): void {
    const now = this.#services.clock.monotonic();
    this.#window.record(now - startedAt, now, failed);
  }

  #release(message: Message): void {
    this.#underWay.delete(message);
    if (this.#underWay.size === 0) this.#onIdle?.();
    if (this.#mailbox.depth > 0) this.#schedulePump();
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
    this.#schedulePump();
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
    await this.#untilIdle();
    for (const message of this.#underWay) message.abandon(agentNotRunning(this.id, "stopping"));
    await this.#runOnStop(life, reason);
    life.end(agentNotRunning(this.id, "stopped"));
    this.#ended(reason);
    return true;
  }

  #crash(life: Incarnation, error: unknown): void {
    if (!this.#isLife(life)) return;
    this.#enter({ status: "down", error });
    life.end(error);
    for (const message of this.#underWay) message.abandon(handlerFailed(this.id, message.name, error));
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
    for (const message of this.#mailbox.drain()) {
      message.fail(agentNotRunning(this.id, this.status));
      this.#reportDropped(message.name, "agent_not_running");
    }
  }

  /** Waits for the handlers under way, as long as the shutdown time allows. */
  #untilIdle(): Promise<void> {
    if (this.#underWay.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const deadline = this.#services.deadlines.set(this.options.shutdownTimeoutMs, () => this.#onIdle?.());
      this.#onIdle = () => {
        this.#onIdle = undefined;
        deadline.clear();
        resolve();
      };
    });
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
    this.#observer.changed(this);
  }
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

/** What a directive that got no answer came to: the agent refused it, was too slow, or went away. */
function outcomeOf(error: unknown): DirectiveOutcome {
  if (!(error instanceof MabeamError)) return "refused";
  if (error.code === "ASK_TIMEOUT") return "timed_out";
  return error.code === "AGENT_NOT_RUNNING" || error.code === "HANDLER_FAILED" ? "agent_unavailable" : "refused";
}
