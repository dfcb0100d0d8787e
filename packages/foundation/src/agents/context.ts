/** The `ctx` of one message, or of a life-cycle hook when there is none. A thin view: everything is looked up late. */
import type { Clock } from "../core/clock.ts";
import type { Random } from "../core/random.ts";
import type { Logger } from "../telemetry/log.ts";
import type { AgentMetrics } from "../telemetry/latency-window.ts";
import type { AgentContext, AgentDefinition, AgentOptions, Handlers } from "./define.ts";
import { incarnationOver } from "./failures.ts";
import type { Life } from "./life.ts";
import type { Message } from "./message.ts";
import type { AgentRef } from "./ref.ts";
import type { AgentRegistry } from "./registry.ts";
import type { AgentResources } from "./resource-access.ts";
import type { AgentVariables } from "./variable-access.ts";

export class LifeContext implements AgentContext<any> {
  readonly #life: Life;
  readonly #message: Message | undefined;

  constructor(life: Life, message: Message | undefined) {
    this.#life = life;
    this.#message = message;
  }

  /** Whether this context may still act: its life goes on, and nobody has given its message up. */
  get #isLive(): boolean {
    return this.#life.isAlive && this.#message?.stage !== "abandoned";
  }

  /** What reaches others is out of reach for what was given up. */
  #acting(): Life {
    if (!this.#isLive) throw incarnationOver(this.id, this.epoch);
    return this.#life;
  }

  get id(): string {
    return this.#life.actor.id;
  }
  get node(): string {
    return this.#life.actor.system.node;
  }
  get epoch(): number {
    return this.#life.epoch;
  }
  get state(): any {
    return this.#life.state;
  }
  set state(value: any) {
    if (this.#isLive) this.#life.state = value;
  }
  get signal(): AbortSignal {
    return this.#message === undefined ? this.#life.signal : this.#life.signalOf(this.#message);
  }
  get log(): Logger {
    return this.#life.log;
  }
  get self(): AgentRef {
    return this.#life.actor.system.agents.ref(this.id);
  }
  get agents(): AgentRegistry {
    return this.#acting().actor.system.agents;
  }
  get variables(): AgentVariables {
    return this.#acting().actor.system.variables;
  }
  get resources(): AgentResources {
    return this.#acting().actor.system.resourcesOf(this.id);
  }
  get random(): Random {
    return this.#life.random;
  }
  get clock(): Clock {
    return this.#life.actor.system.clock;
  }
  get metrics(): AgentMetrics {
    return this.#life.actor.metrics();
  }
  spawn<S, H extends Handlers<S>>(
    id: string,
    definition: AgentDefinition<S, H>,
    options?: AgentOptions,
  ): Promise<AgentRef<H>> {
    if (!this.#isLive) return Promise.reject(incarnationOver(this.id, this.epoch));
    return this.#life.actor.system.register(id, definition, options);
  }
  emit(event: string, payload: Record<string, unknown>): void {
    if (this.#isLive) this.#life.actor.system.events.emit(event, { at: this.clock.now(), agent: this.id, ...payload });
  }
}
