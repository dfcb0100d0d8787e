/**
 * How an agent's code is called: all calls into it go through here, so that lives, mailbox and supervision need not know
 * where it runs.
 */
import { LifeContext } from "./context.ts";
import type { StopReason } from "./define.ts";
import type { Life } from "./life.ts";
import type { Message } from "./message.ts";

export interface Executor {
  /**
   * State and `onStart`.
   * @param kept the state of a snapshot, which then takes the place of a new one
   */
  start(life: Life, kept: { readonly state: unknown } | undefined): unknown;
  /** The agent's code for a message. */
  handle(life: Life, message: Message): unknown;
  /** `onStop`. */
  stop(life: Life, reason: StopReason): unknown;
  /** `health`; `undefined` if the agent has none. */
  health(life: Life): unknown;
  /** The life is over, and nobody waits for its code any more. */
  leave(life: Life): void;
}

/** Agents of this thread: plain calls. */
export const inThisThread: Executor = {
  start(life, kept) {
    const { definition } = life.actor.kind;
    if (kept !== undefined) life.state = kept.state;
    else {
      const state = definition.state?.(life.actor.options.args);
      if (state instanceof Promise) return state.then((made) => this.start(life, { state: made }));
      life.state = state;
    }
    return life.isAlive ? definition.onStart?.(new LifeContext(life, undefined)) : undefined;
  },
  handle(life, message) {
    const { definition } = life.actor.kind;
    const receiver = message.kind === "handler" ? definition.handlers : definition;
    return message.code.call(receiver, new LifeContext(life, message), message.payload);
  },
  stop: (life, reason) => life.actor.kind.definition.onStop?.(new LifeContext(life, undefined), reason),
  health: (life) => life.actor.kind.definition.health?.(new LifeContext(life, undefined)),
  leave() {},
};
