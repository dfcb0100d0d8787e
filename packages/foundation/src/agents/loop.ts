/**
 * The one live loop of an agent: it takes messages from the mailbox, runs their handlers and settles them, and it is
 * the one place where a failure is caught. It runs for one life at a time, and waits between lives.
 */
import { yieldToLoop } from "../core/clock.ts";
import { isMabeamError } from "../core/errors.ts";
import { LatencyWindow, type AgentMetrics } from "../telemetry/latency-window.ts";
import type { AgentDefinition } from "./define.ts";
import { handlerFailed, hookTimeout } from "./failures.ts";
import { IncarnationContext, type Incarnation } from "./incarnation.ts";
import { Mailbox } from "./mailbox.ts";
import type { Message } from "./message.ts";
import type { ResolvedAgentOptions } from "./options.ts";
import type { AgentServices } from "./services.ts";

// After so many messages, in one go or in a chain of microtasks, timers and I/O are let in.
const drainBudget = 512;

/** Told when a handler has failed in a way that ends the life. */
export type OnCrash = (life: Incarnation, error: unknown) => void;

export class MessageLoop {
  readonly #id: string;
  readonly #definition: AgentDefinition;
  readonly #concurrency: number;
  readonly #timeoutMs: number;
  readonly #services: AgentServices;
  readonly #onCrash: OnCrash;
  readonly #mailbox: Mailbox;
  readonly #underWay = new Set<Message>();
  readonly #window = new LatencyWindow();
  /** Whose messages are handled now; none between lives. */
  #life: Incarnation | undefined;
  #pumpScheduled = false;
  /** Messages handled since timers and I/O were let in. */
  #sinceYield = 0;
  #onIdle: (() => void) | undefined;

  constructor(
    id: string,
    definition: AgentDefinition,
    options: ResolvedAgentOptions,
    services: AgentServices,
    onCrash: OnCrash,
  ) {
    this.#id = id;
    this.#definition = definition;
    this.#concurrency = options.concurrency;
    this.#timeoutMs = options.askTimeoutMs;
    this.#services = services;
    this.#onCrash = onCrash;
    this.#mailbox = new Mailbox(options.mailbox.capacity, options.mailbox.overflow);
  }

  /** Messages that wait. */
  get depth(): number {
    return this.#mailbox.depth;
  }

  metrics(): AgentMetrics {
    return this.#window.metrics(this.#services.clock.monotonic());
  }

  /** Takes a message in; the one that had to go, if the mailbox was full, is returned. */
  post(message: Message): Message | undefined {
    message.onAbandoned = this.#onAbandoned;
    const dropped = this.#mailbox.offer(
      message,
      this.#life === undefined ? 0 : this.#concurrency - this.#underWay.size,
    );
    this.#schedulePump();
    return dropped;
  }

  /** Takes a message of the system's own in, also when the mailbox is full. */
  postSystem(message: Message): void {
    message.onAbandoned = this.#onAbandoned;
    this.#mailbox.offerSystem(message);
    this.#schedulePump();
  }

  /** Handles messages for this life from now on. */
  runFor(life: Incarnation): void {
    this.#life = life;
    this.#schedulePump();
  }

  /** Takes no more messages up; those under way go on. */
  pause(): void {
    this.#life = undefined;
  }

  /** Takes out all messages that wait. */
  drain(): Message[] {
    return this.#mailbox.drain();
  }

  /** Gives up all messages under way: what their handlers still do goes nowhere. */
  abandonUnderWay(errorFor: (message: Message) => unknown): void {
    for (const message of this.#underWay) message.abandon(errorFor(message));
  }

  /** Waits until no message is under way, at most `timeoutMs`. */
  untilIdle(timeoutMs: number): Promise<void> {
    if (this.#underWay.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const deadline = this.#services.deadlines.set(timeoutMs, () => this.#onIdle?.());
      this.#onIdle = () => {
        this.#onIdle = undefined;
        deadline.clear();
        resolve();
      };
    });
  }

  /** A message given up leaves its turn if it has one, else its place in the mailbox. */
  readonly #onAbandoned = (message: Message): void => {
    if (this.#underWay.has(message)) this.#release(message);
    else this.#mailbox.forget();
  };

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
    while (this.#life !== undefined && this.#underWay.size < this.#concurrency) {
      if (this.#sinceYield >= drainBudget) break;
      const message = this.#mailbox.take();
      if (message === undefined) break;
      this.#sinceYield++;
      this.#handle(this.#life, message);
    }
    this.#pumpScheduled = false;
    if (this.#sinceYield >= drainBudget) this.#schedulePump();
  };

  #handle(life: Incarnation, message: Message): void {
    this.#underWay.add(message);
    message.isTakenUp = true;
    const startedAt = this.#services.clock.monotonic();
    try {
      const result = this.#invoke(life, message);
      if (isThenable(result)) {
        this.#limit(life, message);
        result.then(
          (reply) => this.#succeeded(message, startedAt, reply),
          (error: unknown) => this.#failed(life, message, startedAt, error),
        );
      } else this.#succeeded(message, startedAt, result);
    } catch (error) {
      this.#failed(life, message, startedAt, error);
    }
  }

  /** Nobody waits for a `tell` or a variable's change, yet a handler that never settles must not hold its turn for ever. */
  #limit(life: Incarnation, message: Message): void {
    if (message.deadline !== undefined || message.settled) return;
    message.deadline = this.#services.deadlines.set(this.#timeoutMs, () => {
      life.log.warn({ handler: message.name, timeoutMs: this.#timeoutMs }, "a handler was abandoned at its timeout");
      message.abandon(hookTimeout(this.#id, message.name, this.#timeoutMs, "askTimeoutMs"));
    });
  }

  #invoke(life: Incarnation, message: Message): unknown {
    const ctx = new IncarnationContext(life, message);
    const { body } = message;
    const attributes = { "mabeam.agent.id": this.#id, "mabeam.handler": message.name };
    return this.#services.telemetry.span("mabeam.handle", attributes, message.context, () => {
      switch (body.kind) {
        case "handler":
          return this.#definition.handlers[body.handler]?.(ctx, body.payload);
        case "directive":
          return this.#definition.onDirective?.(ctx, body.directive);
        case "variable":
          return this.#definition.onVariable?.(ctx, body.change);
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
    message.fail(refused ? error : handlerFailed(this.#id, message.name, error));
    this.#release(message);
    if (!refused) this.#onCrash(life, error);
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
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}
