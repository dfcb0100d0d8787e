/**
 * One life of an agent, from start to end: its state, and the contexts that its code sees. When it ends, every context
 * that it handed out is dead, so that code which still runs can do no harm.
 */
import type { Logger } from "../telemetry/log.ts";
import type { Random } from "../core/random.ts";
import type { Actor } from "./actor.ts";
import { Lingering } from "./lingering.ts";
import type { Message } from "./message.ts";

export class Life {
  readonly actor: Actor;
  readonly epoch: number;
  state: unknown = undefined;
  isAlive = true;
  #reason: unknown;
  #controller: AbortController | undefined;
  #lingering: Lingering | undefined;
  #log: Logger | undefined;
  #random: Random | undefined;
  #onEnd: (() => void) | undefined;

  constructor(actor: Actor, epoch: number) {
    this.actor = actor;
    this.epoch = epoch;
  }

  get log(): Logger {
    this.#log ??= this.actor.system.logger.child({ agent: this.actor.id, epoch: this.epoch });
    return this.#log;
  }

  get random(): Random {
    this.#random ??= this.actor.system.random.split(this.actor.id, this.epoch);
    return this.#random;
  }

  /** Fires when this life ends; for hooks. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (!this.isAlive) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Fires when the message is given up, or this life ends. */
  signalOf(message: Message): AbortSignal {
    const { controller } = message;
    if (!this.isAlive) controller.abort(this.#reason);
    else {
      this.#lingering ??= new Lingering();
      this.#lingering.add(controller);
    }
    return controller.signal;
  }

  /** Called when this life ends. For one caller. */
  onEnd(callback: () => void): void {
    this.#onEnd = callback;
  }

  end(reason: unknown): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#reason = reason;
    this.#onEnd?.();
    this.#controller?.abort(reason);
    this.#lingering?.abort(reason);
  }
}
