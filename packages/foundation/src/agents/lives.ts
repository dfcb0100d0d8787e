/**
 * The lives of one agent: how each begins and ends. Whoever calls sees to it that `begin` and `end` never overlap; what
 * follows a crash is decided by the supervisor, who is only told of it. Written in steps: where no hook has to be
 * awaited, a life ends and the next one begins in one go.
 */
import { isPromise, proceed, type Soon, type Steps } from "../core/steps.ts";
import type { Actor } from "./actor.ts";
import type { StopReason } from "./define.ts";
import { agentNotRunning, handlerFailed, hookTimeout } from "./failures.ts";
import { watchHealth } from "./health.ts";
import type { AgentStatus } from "./info.ts";
import { Life } from "./life.ts";

/** `down`: between a crash, or a failed start, and what the supervisor makes of it. */
export type Phase = Exclude<AgentStatus, "migrating"> | "down";

export class Lives {
  readonly #actor: Actor;
  #phase: Phase = "registered";
  /** The present one; none before the first, and none between a crash and the next. */
  life: Life | undefined;
  epoch = 0;
  restarts = 0;
  startedAt: number | undefined;
  /** Why the last life ended, or did not begin. */
  error: unknown;
  /** `onStop` of a life that crashed, while it runs. */
  #over: Promise<void> | undefined;
  /** Fails a begin that waits. */
  #giveUp: ((error: unknown) => void) | undefined;
  #isInterrupted = false;
  /** No message is taken up meanwhile. */
  #isHeld = false;

  constructor(actor: Actor) {
    this.#actor = actor;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** The phase in the words of {@link AgentStatus}: an agent that is down for a moment is about to start. */
  get status(): AgentStatus {
    return this.#phase === "down" ? "starting" : this.#phase;
  }

  /** The life that messages are handled for, if they are. */
  get serving(): Life | undefined {
    return this.#phase === "running" && !this.#isHeld ? this.life : undefined;
  }

  /** An agent that is starting, or down for a moment, keeps messages for its next life. */
  get accepts(): boolean {
    return this.#phase === "running" || this.#phase === "starting" || this.#phase === "down";
  }

  /** Begins a new life: state, `onStart`, then messages. `false` if it failed to begin within `askTimeoutMs`. */
  begin(why: "start" | "restart"): Soon<boolean> {
    return proceed(this.#begin(why));
  }

  /** Makes a begin that is under way fail soon. */
  interrupt(): void {
    this.#isInterrupted = true;
    this.#giveUp?.(agentNotRunning(this.#actor.id, this.status));
  }

  /** Ends the present life in good order; waiting messages are kept only for a restart. */
  end(reason: StopReason): Soon<void> {
    return proceed(this.#end(reason));
  }

  /** The life's code has failed in a way that ends it. */
  crash(life: Life, error: unknown): void {
    if (this.#phase !== "running" || this.life !== life) return;
    this.#fall(life, error);
    life.log.error({ err: error }, "agent crashed");
    this.#actor.system.guardianOf(this.#actor).exited(this.#actor, { kind: "crash", error });
  }

  /** The life's code has ended by itself, and well. */
  finished(life: Life): void {
    if (this.#phase !== "running" || this.life !== life) return;
    this.#fall(life, undefined);
    this.#actor.system.guardianOf(this.#actor).exited(this.#actor, { kind: "normal" });
  }

  /** Gives the agent up: it stays registered, and waiting messages are answered. */
  fail(): void {
    this.#enter("failed");
    this.#dismissWaiting();
    this.#actor.announce("agent:failed", () => ({ error: this.error }));
  }

  /** Takes no message up until `release`: those under way go on. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#actor.inbox?.wake();
  }

  *#begin(why: "start" | "restart"): Steps<boolean> {
    this.#isInterrupted = false;
    const actor = this.#actor;
    const { error } = this;
    this.#enter("starting");
    if (this.#over !== undefined) yield this.#over;
    if (actor.inbox?.lastSave !== undefined) yield actor.inbox.lastSave;
    const life = new Life(actor, ++this.epoch);
    this.life = life;
    try {
      if (this.#isInterrupted) throw agentNotRunning(actor.id, "stopping");
      const admitted = actor.system.admit(actor);
      if (admitted !== undefined) yield admitted;
      const started = actor.executor.start(life, yield* this.#kept());
      if (isPromise(started)) yield this.#inTime(started);
    } catch (failure) {
      this.#notBegun(life, failure);
      return false;
    }
    this.startedAt = actor.system.clock.now();
    this.error = undefined;
    if (why === "restart") this.restarts++;
    this.#enter("running");
    actor.announce("agent:started", () => ({ epoch: life.epoch }));
    if (why === "restart") actor.announce("agent:restarted", () => ({ epoch: life.epoch, error }));
    if (actor.options.healthIntervalMs !== undefined) watchHealth(life, actor.options.healthIntervalMs);
    actor.inbox?.wake();
    return true;
  }

  /** The state of the last snapshot, in the shape of this version. */
  *#kept(): Steps<{ readonly state: unknown } | undefined> {
    const { id, kind, options, system } = this.#actor;
    const kept = options.persist ? system.snapshots.take(id) : undefined;
    if (kept === undefined || kept.version === kind.version || kind.definition.migrate === undefined) return kept;
    const migrated = kind.definition.migrate(kept.state, kept.version);
    return { state: isPromise(migrated) ? yield migrated : migrated };
  }

  /** `work`, unless it takes longer than `askTimeoutMs` or is interrupted. */
  #inTime(work: Promise<unknown>): Promise<unknown> {
    const { id, options, system } = this.#actor;
    const late = (): Error => hookTimeout(id, "onStart", options.askTimeoutMs, "askTimeoutMs");
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      system.deadlines.within(options.askTimeoutMs, late, work).then(resolve, reject);
    }).finally(() => {
      this.#giveUp = undefined;
    });
  }

  #notBegun(life: Life, error: unknown): void {
    this.error = error;
    this.life = undefined;
    life.end(error);
    this.#actor.executor.leave(life);
    this.#enter("down");
  }

  *#end(reason: StopReason): Steps<void> {
    const { life } = this;
    if (this.#phase === "running" && life !== undefined) {
      this.#enter("stopping");
      if (reason !== "restart") this.#dismissWaiting();
      yield* this.#endLife(life, reason);
    } else if (this.#phase === "down") {
      if (reason !== "restart") this.#enter("stopping");
      if (this.#over !== undefined) yield this.#over;
      if (reason !== "restart") this.#dismissWaiting();
    } else if (this.#phase !== "failed") return;
    this.#enter(reason === "restart" ? "down" : "stopped");
    this.#actor.announce("agent:stopped", () => ({ reason }));
  }

  /** Handlers under way and `onStop` share the shutdown time. */
  *#endLife(life: Life, reason: StopReason): Steps<void> {
    const { id, inbox, options, system } = this.#actor;
    let leftMs = options.shutdownTimeoutMs;
    const idle = inbox?.until(() => inbox.isIdle, leftMs);
    if (idle !== undefined) {
      const began = system.clock.monotonic();
      yield idle;
      leftMs -= system.clock.monotonic() - began;
      inbox?.abandonUnderWay(() => agentNotRunning(id, "stopping"));
    }
    const stopped = this.#onStop(life, reason, Math.max(0, leftMs));
    if (stopped !== undefined) yield stopped;
    this.life = undefined;
    life.end(agentNotRunning(id, "stopped"));
    this.#actor.executor.leave(life);
  }

  #fall(life: Life, error: unknown): void {
    this.life = undefined;
    this.error = error;
    this.#enter("down");
    life.end(error ?? agentNotRunning(this.#actor.id, "stopped"));
    this.#actor.inbox?.abandonUnderWay((message) => handlerFailed(this.#actor.id, message.name, error));
    const over = this.#onStop(life, error === undefined ? "stop" : "crash", this.#actor.options.shutdownTimeoutMs);
    if (over === undefined) return this.#actor.executor.leave(life);
    const ended = over.then(() => {
      this.#actor.executor.leave(life);
      if (this.#over === ended) this.#over = undefined;
    });
    this.#over = ended;
  }

  /** Runs the hook, and waits for it no longer than `timeoutMs`; what it throws is logged. */
  #onStop(life: Life, reason: StopReason, timeoutMs: number): Promise<void> | undefined {
    const { executor, id, system } = this.#actor;
    const failed = (error: unknown): void => life.log.warn({ err: error }, "onStop failed");
    try {
      const stopped = executor.stop(life, reason);
      if (!isPromise(stopped)) return undefined;
      const late = (): Error => hookTimeout(id, "onStop", timeoutMs, "shutdownTimeoutMs");
      return system.deadlines.within(timeoutMs, late, Promise.resolve(stopped)).then(() => {}, failed);
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  #dismissWaiting(): void {
    for (const message of this.#actor.inbox?.drain() ?? []) {
      message.fail(agentNotRunning(this.#actor.id, this.status));
      this.#actor.dropped(message.name, "agent_not_running");
    }
  }

  #enter(phase: Phase): void {
    const { status } = this;
    this.#phase = phase;
    if (this.status !== status) this.#actor.system.statusChanged(this.#actor, status);
  }
}
