/**
 * What an agent has been sent: it takes messages from the mailbox, runs the agent's code and settles them, and it is
 * the one place where a failure is caught. Made with the first message; it outlives the lives that serve it.
 */
import { isPromise } from "../core/steps.ts";
import { isMabeamError } from "../core/errors.ts";
import { LatencyWindow, type AgentMetrics } from "../telemetry/latency-window.ts";
import type { Actor } from "./actor.ts";
import { handlerFailed } from "./failures.ts";
import type { Life } from "./life.ts";
import { Mailbox } from "./mailbox.ts";
import type { Holder, Message, Stage } from "./message.ts";
import type { Runnable } from "./scheduler.ts";

export class Inbox implements Runnable, Holder {
  readonly #actor: Actor;
  readonly #mailbox: Mailbox;
  readonly #window = new LatencyWindow();
  /** Turns taken: by code that runs, and by code that is awaited. */
  #turns = 0;
  /** The message whose code runs at this moment. */
  #current: Message | undefined;
  /** Messages whose code is awaited, or whose state is being written. */
  readonly #underWay = new Set<Message>();
  #isInLine = false;
  /** Told after each message: whoever waits for a quiet moment. */
  readonly #watchers = new Set<() => void>();
  /** Settles when all states handed over so far are durable, or are not. */
  lastSave: Promise<void> | undefined;

  constructor(actor: Actor) {
    this.#actor = actor;
    this.#mailbox = new Mailbox(actor.options.mailbox.capacity, actor.options.mailbox.overflow);
  }

  get id(): string {
    return this.#actor.id;
  }

  /** Messages that wait. */
  get depth(): number {
    return this.#mailbox.depth;
  }

  /** Messages that wait, are handled, or are being written. */
  get load(): number {
    return this.#mailbox.depth + this.#turns + this.#underWay.size;
  }

  /** The message that has been under way for longest. */
  get oldest(): Message | undefined {
    for (const message of this.#underWay) if (message.stage === "taken") return message;
    return undefined;
  }

  metrics(): AgentMetrics {
    return this.#window.metrics(this.#actor.system.clock.monotonic());
  }

  /** Takes a message in; the one that had to go, if the mailbox was full, is returned. */
  post(message: Message): Message | undefined {
    message.holder = this;
    const { lives, options } = this.#actor;
    const free = lives.serving === undefined ? 0 : options.concurrency - this.#turns;
    const dropped = this.#mailbox.offer(message, free);
    this.wake();
    return dropped;
  }

  /** Takes a message of the system's own in, also when the mailbox is full. */
  postSystem(message: Message): void {
    message.holder = this;
    this.#mailbox.offerSystem(message);
    this.wake();
  }

  /** Stands in line if there is something to do and somebody to do it. */
  wake(): void {
    if (this.#isInLine || this.#mailbox.depth === 0 || this.#turns >= this.#actor.options.concurrency) return;
    if (this.#actor.lives.serving === undefined) return;
    this.#isInLine = true;
    this.#actor.system.scheduler.ready(this);
  }

  run(quantum: number): number {
    let handled = 0;
    const { lives, options } = this.#actor;
    while (handled < quantum && this.#turns < options.concurrency) {
      const life = lives.serving;
      const message = life === undefined ? undefined : this.#mailbox.take();
      if (life === undefined || message === undefined) break;
      handled++;
      this.#handle(life, message);
    }
    this.#isInLine = false;
    this.#released();
    return handled;
  }

  /** Takes out all messages that wait. */
  drain(): Message[] {
    return this.#mailbox.drain();
  }

  /** Shows each waiting message to `visit`, and keeps those for which it says so. */
  revise(visit: (message: Message) => boolean): void {
    for (const message of this.#mailbox.drain()) if (visit(message)) this.#mailbox.offerSystem(message);
  }

  /** Gives up all messages whose code runs or is awaited: what it still does goes nowhere. */
  abandonUnderWay(errorFor: (message: Message) => unknown): void {
    if (this.#current !== undefined) this.#current.abandon(errorFor(this.#current));
    for (const message of this.#underWay) if (message.stage === "taken") message.abandon(errorFor(message));
  }

  /** Whether no message is handled or being written. */
  get isIdle(): boolean {
    return this.#turns === 0 && this.#underWay.size === 0;
  }

  /** Waits until `isQuiet`, looked at after each message, at most `timeoutMs`; `undefined` if that is so now. */
  until(isQuiet: () => boolean, timeoutMs: number): Promise<void> | undefined {
    if (isQuiet()) return undefined;
    return new Promise((resolve) => {
      const end = (): void => {
        this.#watchers.delete(look);
        deadline.clear();
        resolve();
      };
      const look = (): void => {
        if (isQuiet()) end();
      };
      const deadline = this.#actor.system.deadlines.set(timeoutMs, end);
      this.#watchers.add(look);
    });
  }

  /** A message given up leaves its turn if it has one, else its place in the mailbox. */
  abandoned(message: Message, from: Stage): void {
    if (from === "waiting") return this.#mailbox.forget();
    this.#underWay.delete(message);
    if (from === "taken") this.#turns--;
    if (!message.isAsked)
      this.#actor.lives.life?.log.warn({ handler: message.name }, "a handler was abandoned, and nobody waits for it");
    this.#released();
  }

  #handle(life: Life, message: Message): void {
    message.stage = "taken";
    this.#turns++;
    const { clock } = this.#actor.system;
    const startedAt = this.#window.wantsTime ? clock.monotonic() : undefined;
    this.#current = message;
    let result: unknown;
    try {
      result = this.#invoke(life, message);
    } catch (error) {
      this.#current = undefined;
      return this.#failed(life, message, startedAt, error);
    }
    this.#current = undefined;
    if (!isPromise(result)) return this.#succeeded(life, message, startedAt, result);
    // Given up while its code ran: its turn is over, and so is anybody's interest.
    if (message.stage !== "taken") return void result.then(undefined, () => {});
    this.#await(life, message, startedAt ?? clock.monotonic(), result);
  }

  #await(life: Life, message: Message, startedAt: number, result: Promise<unknown>): void {
    this.#underWay.add(message);
    if (message.timeoutMs === 0) {
      // Nobody waits, yet a handler that never settles must not hold its turn for ever.
      message.timeoutMs = this.#actor.options.askTimeoutMs;
      this.#actor.system.deadlines.add(message, message.timeoutMs, startedAt);
    }
    result.then(
      (reply) => {
        this.#succeeded(life, message, startedAt, reply);
        this.#released();
      },
      (error: unknown) => {
        this.#failed(life, message, startedAt, error);
        this.#released();
      },
    );
  }

  #invoke(life: Life, message: Message): unknown {
    const { executor, system } = this.#actor;
    const { context } = message;
    if (context === undefined) return executor.handle(life, message);
    const attributes = { "mabeam.agent.id": this.id, "mabeam.handler": message.name };
    return system.telemetry.span("mabeam.handle", attributes, context, () => executor.handle(life, message));
  }

  #succeeded(life: Life, message: Message, startedAt: number | undefined, reply: unknown): void {
    // Given up, or of a life that has ended: late replies are ignored.
    if (message.stage !== "taken") return;
    this.#over(message, startedAt, false);
    if (this.#actor.options.persist) this.#commit(life, message, reply);
    else message.succeed(reply);
  }

  #failed(life: Life, message: Message, startedAt: number | undefined, error: unknown): void {
    if (message.stage !== "taken") return;
    const refused = isMabeamError(error) || message.kind === "directive";
    this.#over(message, startedAt, !refused);
    if (refused) {
      if (!message.isAsked && message.kind !== "directive")
        life.log.warn({ err: error, handler: message.name }, "a message was refused, and nobody waits for it");
      return message.fail(error);
    }
    // An error costs microseconds to make: nobody needs one for a tell.
    message.fail(message.isAsked ? handlerFailed(this.id, message.name, error) : error);
    this.#actor.lives.crash(life, error);
  }

  /** The code for a message is done: its turn is free. */
  #over(message: Message, startedAt: number | undefined, failed: boolean): void {
    if (startedAt === undefined) this.#window.count(failed);
    else {
      const now = this.#actor.system.clock.monotonic();
      this.#window.record(now - startedAt, now, failed);
      this.#actor.system.scheduler.passed(now);
    }
    if (this.#underWay.size > 0) this.#underWay.delete(message);
    this.#turns--;
  }

  /** The reply waits until the state is durable; the next message does not. */
  #commit(life: Life, message: Message, reply: unknown): void {
    const { lives, system, kind } = this.#actor;
    const refuse = (error: unknown): void => {
      message.fail(handlerFailed(this.id, message.name, error));
      lives.crash(life, error);
    };
    try {
      const saved = system.snapshots.save(this.id, { name: kind.name, version: kind.version, state: life.state });
      this.lastSave = saved.catch(() => {});
      message.stage = "committing";
      this.#underWay.add(message);
      const written = (settle: () => void) => (): void => {
        this.#underWay.delete(message);
        settle();
        this.#released();
      };
      saved.then(
        written(() => message.succeed(reply)),
        (error: unknown) => written(() => refuse(error))(),
      );
    } catch (error) {
      refuse(error);
    }
  }

  /** A turn is free, or a message is written. */
  #released(): void {
    for (const look of this.#watchers) look();
    this.wake();
  }
}
