/**
 * The lives of one agent: how each begins and ends. Whoever calls sees to it that `begin` and `end` never overlap; what
 * follows a crash is decided by the supervisor, who is only told of it.
 */
import type { AgentDefinition, StopReason } from "./define.ts";
import { agentNotRunning, handlerFailed, hookTimeout } from "./failures.ts";
import { Incarnation, IncarnationContext } from "./incarnation.ts";
import type { AgentStatus } from "./info.ts";
import type { MessageLoop } from "./loop.ts";
import type { Message } from "./message.ts";
import type { ResolvedAgentOptions } from "./options.ts";
import type { AgentServices } from "./services.ts";

/** What an agent is doing. Only some phases have a life, and only a crash leaves an error behind. */
export type Phase =
  | { readonly status: "registered" | "stopping" | "stopped" }
  | { readonly status: "starting" | "running"; readonly life: Incarnation }
  /** Between a crash, or a failed start, and what the supervisor makes of it; `onStop` has run when `over` resolves. */
  | { readonly status: "down"; readonly error: unknown; readonly over: Promise<void> }
  | { readonly status: "failed"; readonly error: unknown };

/** Told how the lives go. */
export interface LivesObserver {
  crashed(): void;
  changed(): void;
  /** A message that waited is dismissed. */
  dropped(message: Message): void;
}

export class Lives {
  restarts = 0;
  readonly #id: string;
  readonly #definition: AgentDefinition;
  readonly #options: ResolvedAgentOptions;
  readonly #services: AgentServices;
  readonly #loop: MessageLoop;
  readonly #observer: LivesObserver;
  #phase: Phase = { status: "registered" };
  #epoch = 0;
  #startedAt: number | undefined;

  constructor(
    id: string,
    definition: AgentDefinition,
    options: ResolvedAgentOptions,
    services: AgentServices,
    loop: MessageLoop,
    observer: LivesObserver,
  ) {
    this.#id = id;
    this.#definition = definition;
    this.#options = options;
    this.#services = services;
    this.#loop = loop;
    this.#observer = observer;
  }

  get phase(): Phase {
    return this.#phase;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get startedAt(): number | undefined {
    return this.#startedAt;
  }

  /** The phase in the words of {@link AgentStatus}: an agent that is down for a moment is about to start. */
  get status(): AgentStatus {
    return this.#phase.status === "down" ? "starting" : this.#phase.status;
  }

  /**
   * Begins a new life: state, `onStart`, then messages. A start that takes longer than `askTimeoutMs`, or that `signal`
   * gives up, has failed.
   * @throws what it failed with; the agent is then `down`
   */
  async begin(signal: AbortSignal): Promise<void> {
    const life = new Incarnation(this.#id, ++this.#epoch, this.#services);
    this.#enter({ status: "starting", life });
    const { askTimeoutMs } = this.#options;
    const late = (): Error => hookTimeout(this.#id, "onStart", askTimeoutMs, "askTimeoutMs");
    try {
      await this.#services.deadlines.within(askTimeoutMs, late, this.#runOnStart(life), signal);
    } catch (error) {
      life.end(error);
      this.#enter({ status: "down", error, over: Promise.resolve() });
      throw error;
    }
    this.#startedAt = this.#services.clock.now();
    this.#enter({ status: "running", life });
    this.#services.events.emit("agent:started", { at: this.#startedAt, agent: this.#id, epoch: life.epoch });
    this.#loop.runFor(life);
  }

  /** Ends the present life in good order. `false` if there was nothing to end. */
  async end(reason: StopReason): Promise<boolean> {
    const phase = this.#phase;
    if (phase.status === "running") await this.#endLife(phase.life, reason);
    else if (phase.status === "down") await phase.over;
    else if (phase.status !== "failed") return false;
    this.#enter({ status: "stopped" });
    this.#dismissWaiting();
    this.#services.events.emit("agent:stopped", { at: this.#services.clock.now(), agent: this.#id, reason });
    return true;
  }

  /** The life has failed in a way that ends it. */
  crash(life: Incarnation, error: unknown): void {
    if (this.#phase.status !== "running" || this.#phase.life !== life) return;
    life.end(error);
    this.#enter({ status: "down", error, over: Promise.resolve().then(() => this.#runOnStop(life, "crash")) });
    this.#loop.abandonUnderWay((message) => handlerFailed(this.#id, message.name, error));
    life.log.error({ err: error }, "agent crashed");
    this.#observer.crashed();
  }

  /** Gives the agent up: it stays registered, and waiting messages are answered. */
  fail(error: unknown): void {
    this.#enter({ status: "failed", error });
    this.#dismissWaiting();
    this.#services.events.emit("agent:failed", { at: this.#services.clock.now(), agent: this.#id, error });
  }

  async #runOnStart(life: Incarnation): Promise<void> {
    life.state = await this.#definition.state?.(this.#options.args);
    if (life.alive) await this.#definition.onStart?.(new IncarnationContext(life, undefined));
  }

  async #endLife(life: Incarnation, reason: StopReason): Promise<void> {
    this.#enter({ status: "stopping" });
    this.#dismissWaiting();
    await this.#loop.untilIdle(this.#options.shutdownTimeoutMs);
    this.#loop.abandonUnderWay(() => agentNotRunning(this.#id, "stopping"));
    await this.#runOnStop(life, reason);
    life.end(agentNotRunning(this.#id, "stopped"));
  }

  async #runOnStop(life: Incarnation, reason: StopReason): Promise<void> {
    const { shutdownTimeoutMs } = this.#options;
    const late = (): Error => hookTimeout(this.#id, "onStop", shutdownTimeoutMs, "shutdownTimeoutMs");
    const hook = async (): Promise<unknown> =>
      this.#definition.onStop?.(new IncarnationContext(life, undefined), reason);
    try {
      await this.#services.deadlines.within(shutdownTimeoutMs, late, hook());
    } catch (error) {
      life.log.warn({ err: error }, "onStop failed");
    }
  }

  #dismissWaiting(): void {
    for (const message of this.#loop.drain()) {
      message.fail(agentNotRunning(this.#id, this.status));
      this.#observer.dropped(message);
    }
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    if (phase.status !== "running") this.#loop.pause();
    this.#observer.changed();
  }
}
