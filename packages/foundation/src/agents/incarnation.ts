/**
 * One life of an agent, from start to end: its state, and the contexts that its handlers see. When it ends, every
 * context that it handed out is dead, so that code which still runs can do no harm.
 */
import type { Message } from "./message.ts";
import type { AgentContext, AgentDefinition, AgentOptions, Handlers } from "./define.ts";
import type { AgentRef } from "./ref.ts";
import type { AgentServices } from "./services.ts";
import type { Logger } from "../telemetry/log.ts";
import type { AgentVariables } from "./variable-access.ts";
import type { AgentRegistry } from "./registry.ts";
import type { Clock } from "../core/clock.ts";
import type { Random } from "../core/random.ts";

export class Incarnation {
  readonly id: string;
  readonly epoch: number;
  readonly services: AgentServices;
  /** Fires when this life ends. */
  readonly controller = new AbortController();
  state: unknown;
  #log: Logger | undefined;
  #random: Random | undefined;

  constructor(id: string, epoch: number, services: AgentServices) {
    this.id = id;
    this.epoch = epoch;
    this.services = services;
  }

  get alive(): boolean {
    return !this.controller.signal.aborted;
  }

  get log(): Logger {
    this.#log ??= this.services.logger.child({ agent: this.id, epoch: this.epoch });
    return this.#log;
  }

  get random(): Random {
    this.#random ??= this.services.random.split(this.id, this.epoch);
    return this.#random;
  }

  end(reason: unknown): void {
    this.controller.abort(reason);
  }
}

/** The `ctx` of one message, or of a life-cycle hook when there is none. A thin view: everything is looked up late. */
export class IncarnationContext implements AgentContext<any> {
  readonly #life: Incarnation;
  readonly #message: Message | undefined;

  constructor(life: Incarnation, message: Message | undefined) {
    this.#life = life;
    this.#message = message;
  }

  /** Whether writes through this context still count. */
  get #live(): boolean {
    return this.#life.alive && this.#message?.settled !== true;
  }

  get id(): string {
    return this.#life.id;
  }
  get node(): string {
    return this.#life.services.node;
  }
  get epoch(): number {
    return this.#life.epoch;
  }
  get state(): any {
    return this.#life.state;
  }
  set state(value: any) {
    if (this.#live) this.#life.state = value;
  }
  get signal(): AbortSignal {
    const ofLife = this.#life.controller.signal;
    return this.#message === undefined || this.#message.answered || ofLife.aborted ? ofLife : this.#message.signal;
  }
  get log(): Logger {
    return this.#life.log;
  }
  get self(): AgentRef {
    return this.#life.services.agents.ref(this.#life.id);
  }
  get agents(): AgentRegistry {
    return this.#life.services.agents;
  }
  get variables(): AgentVariables {
    return this.#life.services.variables;
  }
  get random(): Random {
    return this.#life.random;
  }
  get clock(): Clock {
    return this.#life.services.clock;
  }
  spawn<S, H extends Handlers<S>>(
    id: string,
    definition: AgentDefinition<S, H>,
    options?: AgentOptions,
  ): Promise<AgentRef<H>> {
    return this.#life.services.register(id, definition, options);
  }
  emit(event: string, payload: Record<string, unknown>): void {
    if (this.#live) this.#life.services.events.emit(event, { at: this.clock.now(), agent: this.id, ...payload });
  }
}
