/**
 * An agent as others meet it: what can be known of it, and which messages it takes in. Its lives are in `lives.ts`; its
 * messages are handled in `inbox.ts`. What an agent that nobody has asked yet does not need is not there yet.
 */
import type { Soon } from "../core/steps.ts";
import { MabeamError } from "../core/errors.ts";
import type { AgentMetrics } from "../telemetry/latency-window.ts";
import type { AgentEvents } from "./agent-events.ts";
import type { StopReason } from "./define.ts";
import type { Directive, DirectiveOutcome } from "./directive.ts";
import { inThisThread, type Executor } from "./executor.ts";
import { agentNotRunning, askTimeout, mailboxFull, unknownHandler } from "./failures.ts";
import { Inbox } from "./inbox.ts";
import { makeInfo, noMetrics, type AgentInfo, type AgentStatus } from "./info.ts";
import type { Kind } from "./kind.ts";
import { Lives } from "./lives.ts";
import { Message } from "./message.ts";
import type { ResolvedAgentOptions } from "./options.ts";
import type { AskOptions } from "./ref.ts";
import type { Replicas } from "./replicas.ts";
import { Repeats } from "./repeats.ts";
import type { AgentServices, Guardian } from "./services.ts";
import type { VariableChange } from "./variable-access.ts";

/** Why a message never reached its handler. */
export type DropReason = AgentEvents["agent:message_dropped"]["reason"];

export class Actor {
  readonly type = "agent";
  readonly id: string;
  readonly options: ResolvedAgentOptions;
  readonly system: AgentServices;
  readonly lives: Lives;
  readonly executor: Executor;
  /** Replaced by an upgrade. */
  kind: Kind;
  role: string;
  inbox: Inbox | undefined = undefined;
  /** Who decides about its lives, from the first decision on. */
  guardian: Guardian | undefined = undefined;
  /** Counts the starts that were asked for in the whole system: what started last is stopped first. */
  startOrder = 0;
  /** Its place in the registry, which writes it. */
  order = 0;
  /** Who stands in for it when it is asked, once it has been scaled up. */
  replicas: Replicas | undefined = undefined;
  /** Only for those who repeat their asks. */
  #repeats: Repeats | undefined = undefined;
  /** Until something of it changes. */
  #info: AgentInfo | undefined = undefined;

  constructor(
    id: string,
    kind: Kind,
    options: ResolvedAgentOptions,
    system: AgentServices,
    executor: Executor = inThisThread,
  ) {
    this.id = id;
    this.kind = kind;
    this.options = options;
    this.system = system;
    this.role = options.role;
    this.executor = executor;
    this.lives = new Lives(this);
  }

  get capabilities(): readonly string[] {
    return this.kind.capabilities;
  }
  get tags(): readonly string[] {
    return this.options.tags;
  }
  get status(): AgentStatus {
    return this.lives.status;
  }
  get restart(): "permanent" | "transient" | "temporary" {
    return this.options.restart;
  }
  get significant(): boolean {
    return this.options.significant;
  }
  get isUp(): boolean {
    return this.lives.phase === "running" || this.lives.phase === "stopping";
  }
  get error(): unknown {
    return this.lives.error;
  }

  begin(why: "start" | "restart"): Soon<boolean> {
    return this.lives.begin(why);
  }
  interrupt(): void {
    this.lives.interrupt();
  }
  end(reason: StopReason): Soon<void> {
    return this.lives.end(reason);
  }
  fail(): void {
    this.lives.fail();
  }

  info(): AgentInfo {
    const { kind, lives, options, system } = this;
    this.#info ??= makeInfo(
      {
        id: this.id,
        name: kind.name,
        version: kind.version,
        role: this.role,
        capabilities: kind.capabilities,
        tags: options.tags,
        status: lives.status,
        node: system.node,
        restarts: lives.restarts,
        startedAt: lives.startedAt,
        resources: options.resources,
      },
      this,
    );
    return this.#info;
  }

  get mailboxDepth(): number {
    return this.inbox?.depth ?? 0;
  }

  /** Something of what `info` says has changed. */
  changed(): void {
    this.#info = undefined;
  }

  metrics(): AgentMetrics {
    return this.inbox?.metrics() ?? noMetrics;
  }

  /** Messages that wait or are handled. */
  get load(): number {
    return this.inbox?.load ?? 0;
  }

  ask(handler: string, payload: unknown, options: AskOptions | undefined): Promise<unknown> {
    if (options?.dedupeId !== undefined) return this.#askOnce(handler, payload, options.dedupeId, options);
    const target = this.replicas?.leastLoaded() ?? this;
    return new Promise((resolve, reject) => {
      target.#ask(handler, payload, options?.timeoutMs, options?.signal, resolve, reject);
    });
  }

  /** The run is everybody's: who gives up gives up only for itself. */
  #askOnce(handler: string, payload: unknown, dedupeId: string, options: AskOptions): Promise<unknown> {
    const { timeoutMs = this.options.askTimeoutMs, signal, dedupeTtlMs = 60_000 } = options;
    this.#repeats ??= new Repeats(this.system.clock);
    const reply = this.#repeats.once(handler, dedupeId, dedupeTtlMs, () => {
      let message: Message | undefined;
      const target = this.replicas?.leastLoaded() ?? this;
      const run = new Promise((resolve, reject) => {
        message = target.#ask(handler, payload, timeoutMs, undefined, resolve, reject);
      });
      return { reply: run, begun: () => message?.isTakenUp === true };
    });
    return this.system.deadlines.within(timeoutMs, () => askTimeout(this.id, handler, timeoutMs), reply, signal);
  }

  /** Returns the message, unless it could not be one. */
  #ask(
    handler: string,
    payload: unknown,
    timeoutMs: number | undefined,
    signal: AbortSignal | undefined,
    resolve: (reply: unknown) => void,
    reject: (error: unknown) => void,
  ): Message | undefined {
    const code = this.kind.handlers.get(handler);
    if (code === undefined || !this.lives.accepts) {
      reject(this.lives.accepts ? unknownHandler(this.id, this.kind, handler) : agentNotRunning(this.id, this.status));
      return undefined;
    }
    const limitMs = timeoutMs ?? this.options.askTimeoutMs;
    const message = new Message("handler", handler, code, payload, limitMs, resolve, reject);
    this.#post(message);
    this.system.scheduler.limit(message);
    if (signal !== undefined) message.abortWith(signal);
    return message;
  }

  tell(handler: string, payload: unknown): void {
    const target = this.replicas?.leastLoaded() ?? this;
    const code = target.kind.handlers.get(handler);
    if (!target.lives.accepts) return target.dropped(handler, "agent_not_running");
    if (code === undefined) return target.dropped(handler, "unknown_handler");
    target.#post(new Message("handler", handler, code, payload, 0, undefined, undefined));
  }

  /** Shows the agent a directive, in its turn. */
  direct(directive: Directive, timeoutMs: number): Promise<DirectiveOutcome> {
    const { onDirective } = this.kind.definition;
    if (!this.lives.accepts) return Promise.resolve("agent_unavailable");
    if (onDirective === undefined) return Promise.resolve("delivered");
    return new Promise((resolve) => {
      const answered = (reply: unknown): void => resolve(reply === false ? "refused" : "delivered");
      const failed = (error: unknown): void => resolve(outcomeOf(error));
      const message = new Message("directive", "onDirective", onDirective, directive, timeoutMs, answered, failed);
      this.inbox ??= new Inbox(this);
      this.inbox.postSystem(message);
      this.#trace(message);
      this.system.scheduler.limit(message);
    });
  }

  /** Shows the agent a variable's change, in its turn, if it wants to see changes. */
  notify(change: VariableChange): void {
    const { onVariable } = this.kind.definition;
    if (onVariable === undefined || !this.lives.accepts) return;
    this.#post(new Message("variable", "onVariable", onVariable, change, 0, undefined, undefined));
  }

  /** Tells the world, if anybody listens. */
  announce<Name extends keyof AgentEvents>(name: Name, payload: () => Omit<AgentEvents[Name], "at" | "agent">): void {
    const { clock, events } = this.system;
    if (events.hears(name)) events.emit(name, { at: clock.now(), agent: this.id, ...payload() } as AgentEvents[Name]);
  }

  dropped(handler: string, reason: DropReason): void {
    this.announce("agent:message_dropped", () => ({ handler, reason }));
  }

  #post(message: Message): void {
    this.inbox ??= new Inbox(this);
    const dropped = this.inbox.post(message);
    this.#trace(message);
    if (dropped === undefined) return;
    dropped.fail(mailboxFull(this.id, this.options.mailbox.capacity));
    this.dropped(dropped.name, "mailbox_full");
  }

  // After the message was posted: that is when telemetry looks whether anybody traces.
  #trace(message: Message): void {
    const { telemetry } = this.system;
    if (telemetry.isOn) message.context = telemetry.active();
  }
}

/** What a directive that got no answer came to: the agent refused it, was too slow, or went away. */
function outcomeOf(error: unknown): DirectiveOutcome {
  if (!(error instanceof MabeamError)) return "refused";
  if (error.code === "ASK_TIMEOUT") return "timed_out";
  return error.code === "AGENT_NOT_RUNNING" || error.code === "HANDLER_FAILED" ? "agent_unavailable" : "refused";
}
