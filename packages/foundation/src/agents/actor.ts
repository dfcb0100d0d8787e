/**
 * An agent as others meet it: what can be known of it, and which messages it takes in. Its lives are in `lives.ts`; its
 * messages are handled in `loop.ts`.
 */
import { MabeamError } from "../core/errors.ts";
import type { AgentDefinition } from "./define.ts";
import type { Directive, DirectiveOutcome } from "./directive.ts";
import { agentNotRunning, askTimeout, mailboxFull, unknownHandler } from "./failures.ts";
import type { AgentInfo, AgentStatus } from "./info.ts";
import { Lives } from "./lives.ts";
import { MessageLoop } from "./loop.ts";
import { Message, type MessageBody, type Waiter } from "./message.ts";
import type { ResolvedAgentOptions } from "./options.ts";
import { Repeats } from "./repeats.ts";
import type { AgentServices } from "./services.ts";
import type { VariableChange } from "./variable-access.ts";

/** Told by the actor; the supervisor and the registry listen. */
export interface ActorObserver {
  crashed(actor: Actor): void;
  changed(actor: Actor): void;
}

/** An ask with its defaults filled in. */
export interface ActorAskOptions {
  timeoutMs: number;
  signal: AbortSignal | undefined;
  dedupeId: string | undefined;
  dedupeTtlMs: number;
}

export class Actor {
  readonly id: string;
  readonly definition: AgentDefinition;
  readonly options: ResolvedAgentOptions;
  readonly capabilities: readonly string[];
  readonly lives: Lives;
  role: string;
  readonly #services: AgentServices;
  readonly #loop: MessageLoop;
  /** Only for those who repeat their asks. */
  #repeats: Repeats | undefined;

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
    this.capabilities = Object.freeze([...(definition.capabilities ?? [])]);
    this.role = options.role;
    this.#services = services;
    this.#loop = new MessageLoop(id, definition, options, services, (life, error) => this.lives.crash(life, error));
    this.lives = new Lives(id, definition, options, services, this.#loop, {
      crashed: () => observer.crashed(this),
      changed: () => observer.changed(this),
      dropped: (message) => this.#reportDropped(message.name, "agent_not_running"),
    });
  }

  get status(): AgentStatus {
    return this.lives.status;
  }

  info(): AgentInfo {
    return {
      id: this.id,
      name: this.definition.name,
      version: this.definition.version ?? 1,
      role: this.role,
      capabilities: this.capabilities,
      tags: this.options.tags,
      status: this.status,
      node: this.#services.node,
      restarts: this.lives.restarts,
      startedAt: this.lives.startedAt,
      mailboxDepth: this.#loop.depth,
      metrics: this.#loop.metrics(),
    };
  }

  ask(handler: string, payload: unknown, options: ActorAskOptions): Promise<unknown> {
    const { timeoutMs, signal, dedupeId } = options;
    if (dedupeId !== undefined) return this.#askOnce(handler, payload, dedupeId, options);
    return new Promise((resolve, reject) => {
      this.#ask(handler, payload, timeoutMs, signal, { resolve, reject });
    });
  }

  /** The run is everybody's: who gives up gives up only for itself. */
  #askOnce(handler: string, payload: unknown, dedupeId: string, options: ActorAskOptions): Promise<unknown> {
    const { timeoutMs, signal, dedupeTtlMs } = options;
    this.#repeats ??= new Repeats(this.#services.clock);
    const reply = this.#repeats.once(handler, dedupeId, dedupeTtlMs, () => {
      let message: Message | undefined;
      const run = new Promise((resolve, reject) => {
        message = this.#ask(handler, payload, timeoutMs, undefined, { resolve, reject });
      });
      return { reply: run, begun: () => message?.isTakenUp === true };
    });
    return this.#services.deadlines.within(timeoutMs, () => askTimeout(this.id, handler, timeoutMs), reply, signal);
  }

  /** Returns the message, unless it could not be one. */
  #ask(
    handler: string,
    payload: unknown,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    waiter: Waiter,
  ): Message | undefined {
    const known = Object.hasOwn(this.definition.handlers, handler);
    if (!known || !this.#accepts) {
      waiter.reject(this.#accepts ? unknownHandler(this, handler) : agentNotRunning(this.id, this.status));
      return undefined;
    }
    const message = this.#message({ kind: "handler", handler, payload }, waiter);
    message.deadline = this.#services.deadlines.set(timeoutMs, () =>
      message.abandon(askTimeout(this.id, handler, timeoutMs)),
    );
    if (signal !== undefined) message.abortWith(signal);
    this.#post(message);
    return message;
  }

  tell(handler: string, payload: unknown): void {
    if (!this.#accepts) return this.#reportDropped(handler, "agent_not_running");
    if (!Object.hasOwn(this.definition.handlers, handler)) return this.#reportDropped(handler, "unknown_handler");
    this.#post(this.#message({ kind: "handler", handler, payload }, undefined));
  }

  /** Shows the agent a directive, in its turn. */
  direct(directive: Directive, timeoutMs: number): Promise<DirectiveOutcome> {
    if (!this.#accepts) return Promise.resolve("agent_unavailable");
    if (this.definition.onDirective === undefined) return Promise.resolve("delivered");
    return new Promise((resolve) => {
      const waiter: Waiter = {
        resolve: (reply) => resolve(reply === false ? "refused" : "delivered"),
        reject: (error) => resolve(outcomeOf(error)),
      };
      const message = this.#message({ kind: "directive", directive }, waiter);
      message.deadline = this.#services.deadlines.set(timeoutMs, () =>
        message.abandon(askTimeout(this.id, "onDirective", timeoutMs)),
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
    const { status } = this.lives.phase;
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
}

/** What a directive that got no answer came to: the agent refused it, was too slow, or went away. */
function outcomeOf(error: unknown): DirectiveOutcome {
  if (!(error instanceof MabeamError)) return "refused";
  if (error.code === "ASK_TIMEOUT") return "timed_out";
  return error.code === "AGENT_NOT_RUNNING" || error.code === "HANDLER_FAILED" ? "agent_unavailable" : "refused";
}
